// What the simulated kernel offers to kernel-mode C from its own machinery: one row a function. The compiler's headers declare it,
// the loader makes a symbol of it whose first instruction is `native number`, and src/kernel/module/natives.ts brings the code. All
// else that modules may call is C in src/kernel/linux.

export interface KernelFunction {
  readonly number: number;
  readonly name: string;
  readonly prototype: string;
  /** EXPORT_SYMBOL: modules may use it; false: only the kernel's own C */
  readonly exported: boolean;
}

const rows: readonly (readonly [number: number, prototype: string, exported?: false])[] = [
  [1, 'int _printk(const char *fmt, ...)'],
  [2, 'int snprintf(char *buf, size_t size, const char *fmt, ...)'],
  [3, 'int sprintf(char *buf, const char *fmt, ...)'],
  [4, 'void panic(const char *fmt, ...)'],
  [5, 'void dump_stack(void)'],
  [6, 'void __bug_trap(const char *file, int line)'],
  [7, 'void __warn_trap(const char *file, int line)'],
  [8, 'void *__kmalloc(size_t size, gfp_t flags)'],
  [9, 'void kfree(const void *object)'],
  [10, 'size_t ksize(const void *object)'],
  [11, 'void *memcpy(void *to, const void *from, size_t size)'],
  [12, 'void *memmove(void *to, const void *from, size_t size)'],
  [13, 'void *memset(void *to, int byte, size_t size)'],
  [14, 'int memcmp(const void *a, const void *b, size_t size)'],
  [15, 'size_t strlen(const char *text)'],
  [16, 'size_t strnlen(const char *text, size_t most)'],
  [17, 'int strcmp(const char *a, const char *b)'],
  [18, 'int strncmp(const char *a, const char *b, size_t most)'],
  [19, 'void __pass_time(unsigned int milliseconds)', false],
  [20, 'void __scheduling_while_atomic(void)', false],
  [21, 'void __might_sleep(const char *file, int line)'],
  [22, 'u64 ktime_get_ns(void)'],
  [23, 'u32 get_random_u32(void)'],
  [24, 'unsigned long _copy_to_user(void *to, const void *from, unsigned long size)'],
  [25, 'unsigned long _copy_from_user(void *to, const void *from, unsigned long size)'],
  [26, 'void __udelay(unsigned long microseconds)'],
  [27, 'int vsnprintf(char *buf, size_t size, const char *fmt, void *arguments)'],
  [28, 'u16 ip_fast_csum(const void *header, unsigned int words)'],
  [29, 'u64 get_jiffies_64(void)'],
  [30, 'struct net_device *__dev_by_index(int index)', false],
  [31, 'struct task_struct *__task_by_pid(int pid)', false],
  [33, 'int ip_rcv_finish(struct sk_buff *skb)', false],
  [34, 'void __free_skb(struct sk_buff *skb, int reason)', false],
  [35, 'void __hook_changed(int hook, unsigned int functions)', false],
  [36, 'void __warn_trap_said(const char *file, int line)'],
  [37, 'struct task_struct *__next_task(struct task_struct *task)'],
];

export const KERNEL_FUNCTIONS: readonly KernelFunction[] = rows.map(([number, prototype, exported = true]) => ({
  number,
  prototype,
  exported,
  name: /(\w+)\(/.exec(prototype)?.[1] ?? '',
}));

/** Symbols at which kernel mode is entered; their instructions give control back. */
export const KERNEL_ENTRIES = ['entry_SYSCALL_64_after_hwframe', 'asm_common_interrupt'] as const;
