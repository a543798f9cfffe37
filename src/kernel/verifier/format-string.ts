// bpf_snprintf: its format must be one that the kernel prints, with an argument for each conversion.
import { EINVAL } from '../generated/errno';
import { MESSAGE_FORMAT_STRING } from '../generated/verifier-messages';
import { REG_off, REG_value } from '../generated/verifier-records';
import { fail } from './fail';
import { registerNow } from './operands';
import { mapOf } from './regions';

let at: usize = 0;

function here(): i32 {
  return <i32>load<u8>(at);
}
function isOne(character: i32, set: string): bool {
  for (let i = 0; i < set.length; i++) if (set.charCodeAt(i) == character) return true;
  return false;
}
function isSpaceOrPunctuation(character: i32): bool {
  return (
    character == 0 ||
    (character > 32 && character < 127 && !isAlphanumeric(character)) ||
    isOne(character, ' \t\n\v\f\r')
  );
}
function isAlphanumeric(character: i32): bool {
  return (
    (character >= 48 && character <= 57) ||
    (character >= 65 && character <= 90) ||
    (character >= 97 && character <= 122)
  );
}
/** A pointer conversion: plain, or one of the few kinds that programs may print. False: not allowed. */
function pointerConversion(): bool {
  const next = <i32>load<u8>(at, 1);
  if (isSpaceOrPunctuation(next) || isOne(next, 'KxsSB')) {
    if (isOne(next, 'KxsSB')) at++;
    return true;
  }
  const family = <i32>load<u8>(at, 2);
  if (isOne(next, 'ku') && family == 115) {
    at += 2;
    return true;
  }
  if (isOne(next, 'iI') && (family == 52 || family == 54)) {
    at += 2;
    return true;
  }
  return false;
}
/** After '%': flags, width, then a conversion. */
function conversion(): bool {
  while (isOne(here(), '0+- #')) at++;
  if (here() >= 49 && here() <= 57) {
    at++;
    while (here() >= 48 && here() <= 57) at++;
  }
  if (here() == 112) return pointerConversion();
  if (here() == 115 || here() == 99) return true;
  if (here() == 108) {
    at++;
    if (here() == 108) at++;
  }
  return isOne(here(), 'iduxX');
}

/** r3: the format, in a constant map; r5: bytes of arguments, eight each. */
export function checkFormat(): i32 {
  const size = load<u64>(registerNow(5), REG_value);
  if ((size & 7) != 0) return -EINVAL;
  const most = <i32>(size >> 3);
  const format = registerNow(3);
  at = mapOf(format).directValue(0) + <usize>(load<i32>(format, REG_off) + <i32>load<u64>(format, REG_value));
  let used = 0;
  while (here() != 0) {
    if (here() >= 128 || (here() < 32 && !isOne(here(), '\t\n\v\f\r'))) return fail(MESSAGE_FORMAT_STRING);
    if (here() == 37) {
      at++;
      if (here() != 37) {
        if (used >= most || !conversion()) return fail(MESSAGE_FORMAT_STRING);
        used++;
      }
    }
    at++;
  }
  return 0;
}
