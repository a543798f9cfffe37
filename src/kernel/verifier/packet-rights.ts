// Which program types read and write packets directly (generated from the table of program types).
import { programMayReadPacket, programMayWritePacket } from '../generated/contexts';
import { env } from './environment';

export function mayWritePacket(): bool {
  return programMayWritePacket(env.program.type);
}
export function mayReadPacket(): bool {
  return programMayReadPacket(env.program.type);
}
