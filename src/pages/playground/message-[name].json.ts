// /playground/message-NAME.json: a program of the verifier-message reference and its mended version, for the playground page.
import type { APIRoute } from 'astro';
import type { ExampleFolder } from '../../playground/folder.ts';
import { exampleOf, messagePrograms } from '../../site/verifier-messages.ts';

export const getStaticPaths = () => messagePrograms.map(({ name }) => ({ params: { name } }));

/** Programs that see packets get one; the others are verified, and that is what they are here for. */
const SEES_PACKETS = /SEC\("(?:xdp|tc|socket|cgroup_skb)/;
const packet = {
  ipv4: { source: '10.2.2.1', destination: '10.2.2.2' },
  udp: { source: 40000, destination: 53 },
  payload: 'hello',
};

export const GET: APIRoute = ({ params }) => {
  const program = messagePrograms.find(({ name }) => name === params['name']);
  if (!program) throw new Error(`there is no examples/verifier-messages/${params['name'] ?? ''}`);
  const file = (name: string, text: string, broken: boolean) => ({ name, text, kind: 'program' as const, broken });
  const folder: ExampleFolder = {
    name: exampleOf(program.name),
    scenario: { seed: 1, packets: SEES_PACKETS.test(program.fixed) ? [packet] : [] },
    files: [file('broken.bpf.c', program.broken, true), file('fixed.bpf.c', program.fixed, false)],
    shared: [],
  };
  return new Response(JSON.stringify(folder), { headers: { 'content-type': 'application/json' } });
};
