// One small program after the other that calls a helper and gives back what it returned; packet and maps show what it did. Asked of
// Linux once (the answers are kept beside this file), and of the simulated kernel at every test.
import type { Step } from '../../judge/linux.ts';
import { dynptrScenarios } from './helper-scenarios/dynptrs.ts';
import { mapScenarios } from './helper-scenarios/maps.ts';
import { memoryScenarios } from './helper-scenarios/memory.ts';
import { outputScenarios } from './helper-scenarios/output.ts';
import { socketBufferScenarios } from './helper-scenarios/socket-buffers.ts';
import { socketScenarios } from './helper-scenarios/sockets.ts';
import { stackScenarios } from './helper-scenarios/stacks.ts';
import { typedValueScenarios } from './helper-scenarios/typed-values.ts';
import { viewScenarios } from './helper-scenarios/views.ts';
import { xdpScenarios } from './helper-scenarios/xdp.ts';

export { PACKET } from './scenario.ts';

export const HELPER_SCENARIOS: Readonly<Record<string, readonly Step[]>> = {
  ...mapScenarios,
  ...dynptrScenarios,
  ...outputScenarios,
  ...memoryScenarios,
  ...xdpScenarios,
  ...typedValueScenarios,
  ...socketScenarios,
  ...socketBufferScenarios,
  ...stackScenarios,
  ...viewScenarios,
};
