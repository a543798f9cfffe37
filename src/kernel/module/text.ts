// Which addresses hold kernel-mode instructions: the image's and the modules' executable pages.
import { IMAGE_BASE, MODULES_BASE, PTE_NX, PTE_PRESENT, WINDOW_SIZE, tableEntry } from '../memory/pages';

/** Could `address` be an instruction's (Linux: __kernel_text_address)? */
export function isText(address: u64): bool {
  if (address - IMAGE_BASE >= WINDOW_SIZE && address - MODULES_BASE >= WINDOW_SIZE) return false;
  const entry = tableEntry(address, 3);
  return (entry & PTE_PRESENT) != 0 && (entry & PTE_NX) == 0;
}
