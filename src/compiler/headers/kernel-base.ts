// Kernel headers that every module meets: types, printing, memory, lists, locks, modules themselves.

const guard = (name: string, body: string): string =>
  `#ifndef _KERNEL_${name}\n#define _KERNEL_${name}\n${body.trim()}\n#endif\n`;

const TYPES = guard(
  'TYPES_H',
  `
#include_next <linux/types.h>
#include <linux/stddef.h>
typedef __s8 s8;
typedef __u8 u8;
typedef __s16 s16;
typedef __u16 u16;
typedef __s32 s32;
typedef __u32 u32;
typedef __s64 s64;
typedef __u64 u64;
typedef _Bool bool;
enum { false = 0, true = 1 };
typedef __kernel_size_t size_t;
typedef __kernel_ssize_t ssize_t;
typedef __kernel_loff_t loff_t;
typedef int pid_t;
typedef unsigned short umode_t;
typedef unsigned int gfp_t;
typedef __u32 dev_t;
typedef __s64 ktime_t;
typedef __s64 time64_t;
typedef __kernel_uid32_t uid_t;
typedef __kernel_gid32_t gid_t;
typedef unsigned long uintptr_t;
typedef unsigned int uint;
typedef unsigned char unchar;
typedef __u8 uint8_t;
typedef __u16 uint16_t;
typedef __u32 uint32_t;
typedef __u64 uint64_t;
typedef __s8 int8_t;
typedef __s16 int16_t;
typedef __s32 int32_t;
typedef __s64 int64_t;
typedef struct { int counter; } atomic_t;
typedef struct { s64 counter; } atomic64_t;
typedef atomic64_t atomic_long_t;
struct refcount_struct { atomic_t refs; };
typedef struct refcount_struct refcount_t;
typedef struct { uid_t val; } kuid_t;
typedef struct { gid_t val; } kgid_t;
typedef struct { u64 val; } kernel_cap_t;
typedef unsigned int sk_buff_data_t;
typedef u64 netdev_features_t;
struct net;
typedef struct { struct net *net; } possible_net_t;
struct list_head { struct list_head *next, *prev; };
struct hlist_node { struct hlist_node *next, **pprev; };
struct hlist_head { struct hlist_node *first; };
struct callback_head { struct callback_head *next; void (*func)(struct callback_head *head); };
#define rcu_head callback_head
struct spinlock { unsigned int locked; };
typedef struct spinlock spinlock_t;
typedef struct spinlock raw_spinlock_t;
typedef struct spinlock rwlock_t;
#ifndef NULL
#define NULL ((void *)0)
#endif
#define __user
#define __kernel
#define __iomem
#define __percpu
#define __rcu
#define __force
#define __must_check
`,
);

const COMPILER = guard(
  'COMPILER_H',
  `
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define barrier() __asm__ __volatile__("" : : : "memory")
#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile typeof(x) *)&(x) = (value))
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#define noinline __attribute__((noinline))
#define __packed __attribute__((packed))
#define __aligned(x) __attribute__((aligned(x)))
#define __maybe_unused __attribute__((unused))
#define __always_unused __attribute__((unused))
#define __used __attribute__((used))
#define __weak __attribute__((weak))
#define __section(name) __attribute__((section(name)))
#define __printf(a, b)
#define __cold
#define __noreturn
#define fallthrough __attribute__((fallthrough))
#define __read_mostly
#define __ro_after_init
#define asmlinkage
#define notrace
`,
);

const KERNEL = guard(
  'KERNEL_H',
  `
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/bug.h>
#include <linux/stdarg.h>
#include <kernel/functions.h>
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define min(a, b) ({ typeof(a) __min_a = (a); typeof(b) __min_b = (b); __min_a < __min_b ? __min_a : __min_b; })
#define max(a, b) ({ typeof(a) __max_a = (a); typeof(b) __max_b = (b); __max_a > __max_b ? __max_a : __max_b; })
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define clamp(value, low, high) min((typeof(value))max(value, low), high)
#define swap(a, b) do { typeof(a) __swap = (a); (a) = (b); (b) = __swap; } while (0)
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define ALIGN(x, a) (((x) + (a) - 1) & ~((typeof(x))(a) - 1))
#define offsetof(type, member) __builtin_offsetof(type, member)
#define container_of(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))
#define might_sleep() __might_sleep(__FILE__, __LINE__)
#define U8_MAX 0xff
#define U16_MAX 0xffff
#define U32_MAX 0xffffffffU
#define U64_MAX 0xffffffffffffffffULL
#define INT_MAX 0x7fffffff
#define INT_MIN (-INT_MAX - 1)
#define UINT_MAX 0xffffffffU
#define LONG_MAX 0x7fffffffffffffffL
#define ULONG_MAX 0xffffffffffffffffUL
#define PAGE_SIZE 4096UL
#define PAGE_SHIFT 12
int kstrtoint(const char *text, unsigned int base, int *result);
int kstrtouint(const char *text, unsigned int base, unsigned int *result);
int kstrtoul(const char *text, unsigned int base, unsigned long *result);
int scnprintf(char *buf, size_t size, const char *fmt, ...);
`,
);

const PRINTK = guard(
  'PRINTK_H',
  `
#include <linux/types.h>
#define KERN_SOH "\\001"
#define KERN_EMERG KERN_SOH "0"
#define KERN_ALERT KERN_SOH "1"
#define KERN_CRIT KERN_SOH "2"
#define KERN_ERR KERN_SOH "3"
#define KERN_WARNING KERN_SOH "4"
#define KERN_NOTICE KERN_SOH "5"
#define KERN_INFO KERN_SOH "6"
#define KERN_DEBUG KERN_SOH "7"
#define KERN_DEFAULT ""
#define KERN_CONT KERN_SOH "c"
#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif
int _printk(const char *fmt, ...);
#define printk(fmt, ...) _printk(fmt, ##__VA_ARGS__)
#define pr_emerg(fmt, ...) printk(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert(fmt, ...) printk(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...) printk(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...) printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...) printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice(fmt, ...) printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...) printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define pr_cont(fmt, ...) printk(KERN_CONT fmt, ##__VA_ARGS__)
#define no_printk(fmt, ...) ({ if (0) printk(fmt, ##__VA_ARGS__); 0; })
#ifdef DEBUG
#define pr_debug(fmt, ...) printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#else
#define pr_debug(fmt, ...) no_printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#endif
#define pr_devel pr_debug
#define __once(call) ({ static bool __done; if (!__done) { __done = true; call; } })
#define printk_once(fmt, ...) __once(printk(fmt, ##__VA_ARGS__))
#define pr_info_once(fmt, ...) __once(pr_info(fmt, ##__VA_ARGS__))
#define pr_warn_once(fmt, ...) __once(pr_warn(fmt, ##__VA_ARGS__))
#define pr_err_once(fmt, ...) __once(pr_err(fmt, ##__VA_ARGS__))
#define printk_ratelimited printk
#define pr_info_ratelimited pr_info
#define pr_warn_ratelimited pr_warn
#define pr_err_ratelimited pr_err
void dump_stack(void);
void panic(const char *fmt, ...);
`,
);

const BUG = guard(
  'BUG_H',
  `
#include <linux/compiler.h>
void __bug_trap(const char *file, int line);
void __warn_trap(const char *file, int line);
void __warn_trap_said(const char *file, int line);
#define BUG() do { __bug_trap(__FILE__, __LINE__); for (;;) ; } while (0)
#define BUG_ON(condition) do { if (unlikely(condition)) BUG(); } while (0)
#define __WARN() __warn_trap(__FILE__, __LINE__)
#define WARN_ON(condition) ({ int __warned = !!(condition); if (unlikely(__warned)) __WARN(); unlikely(__warned); })
#define WARN(condition, fmt, ...) ({ int __warned = !!(condition); \\
	if (unlikely(__warned)) { __warn_print(fmt, ##__VA_ARGS__); __warn_trap_said(__FILE__, __LINE__); } unlikely(__warned); })
#define __warn_print(fmt, ...) do { _printk("\\0014------------[ cut here ]------------\\n"); \\
	_printk("\\0014" fmt, ##__VA_ARGS__); } while (0)
#define WARN_ONCE(condition, fmt, ...) ({ static bool __once_warned; int __now = !!(condition) && !__once_warned; \\
	if (__now) { __once_warned = true; WARN(1, fmt, ##__VA_ARGS__); } unlikely(__now); })
#define WARN_ON_ONCE(condition) ({ static bool __once_warned; int __now = !!(condition); \\
	if (__now && !__once_warned) { __once_warned = true; __WARN(); } unlikely(__now); })
#define BUILD_BUG_ON(condition) _Static_assert(!(condition), "BUILD_BUG_ON failed: " #condition)
#define BUILD_BUG_ON_MSG(condition, message) _Static_assert(!(condition), message)
`,
);

const INIT = guard(
  'INIT_H',
  `
#include <linux/compiler.h>
#define __init __attribute__((section(".init.text")))
#define __exit __attribute__((section(".exit.text")))
#define __initdata __attribute__((section(".init.data")))
#define __exitdata
#define __initconst __attribute__((section(".init.rodata")))
#define __net_init
#define __net_exit
#define __net_initdata
#define __init_or_module
typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);
#define module_init(function) \\
	static const initcall_t __init_function __attribute__((section("__module_init"), used)) = (function)
#define module_exit(function) \\
	static const exitcall_t __exit_function __attribute__((section("__module_exit"), used)) = (function)
`,
);

const MODULE = guard(
  'MODULE_H',
  `
#include <linux/kernel.h>
#include <linux/init.h>
#include <linux/export.h>
#include <linux/moduleparam.h>
#include <linux/list.h>
#include <linux/stringify.h>
struct module;
/* Code of the kernel itself has no module either. */
#define THIS_MODULE ((struct module *)0)
#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME "module"
#endif
#define MODULE_LICENSE(__text) MODULE_INFO(license, __text)
#define MODULE_AUTHOR(__text) MODULE_INFO(author, __text)
#define MODULE_DESCRIPTION(__text) MODULE_INFO(description, __text)
#define MODULE_VERSION(__text) MODULE_INFO(version, __text)
#define MODULE_ALIAS(__text) MODULE_INFO(alias, __text)
#define MODULE_SOFTDEP(__text) MODULE_INFO(softdep, __text)
static inline bool try_module_get(struct module *module) { return true; }
static inline void module_put(struct module *module) { }
`,
);

const MODULE_PARAM = guard(
  'MODULEPARAM_H',
  `
#include <linux/types.h>
#define __MODULE_INFO_NAME2(a, b) a ## b
#define __MODULE_INFO_NAME(a, b) __MODULE_INFO_NAME2(a, b)
#define MODULE_INFO(tag, info) \\
	static const char __MODULE_INFO_NAME(__modinfo, __COUNTER__)[] __attribute__((section(".modinfo"), used)) = #tag "=" info
#define MODULE_PARM_DESC(name, text) MODULE_INFO(parm, #name ":" text)
struct kernel_param {
	const char *name;
	const char *type;
	void *value;
	unsigned int count;
	unsigned int permissions;
};
#define module_param_named(name, variable, type, permissions) \\
	static const struct kernel_param __param_ ## name __attribute__((section("__param"), used)) = \\
		{ #name, #type, &(variable), 1, permissions }
#define module_param(name, type, permissions) module_param_named(name, name, type, permissions)
#define module_param_array(name, type, used_count, permissions) \\
	static const struct kernel_param __param_ ## name __attribute__((section("__param"), used)) = \\
		{ #name, #type, &(name)[0], sizeof(name) / sizeof((name)[0]), permissions }
`,
);

const EXPORT = guard(
  'EXPORT_H',
  `
struct kernel_symbol {
	const char *name;
	const void *value;
	unsigned long gpl_only;
};
#define __EXPORT_SYMBOL(symbol, gpl) \\
	static const struct kernel_symbol __ksymtab_ ## symbol __attribute__((section("__ksymtab"), used)) = \\
		{ #symbol, (const void *)&symbol, gpl }
#define EXPORT_SYMBOL(symbol) __EXPORT_SYMBOL(symbol, 0)
#define EXPORT_SYMBOL_GPL(symbol) __EXPORT_SYMBOL(symbol, 1)
`,
);

const LIST = guard(
  'LIST_H',
  `
#include <linux/types.h>
#include <linux/kernel.h>
#define LIST_POISON1 ((void *)0xdead000000000100)
#define LIST_POISON2 ((void *)0xdead000000000122)
#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)
static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}
static inline void __list_between(struct list_head *item, struct list_head *before, struct list_head *behind)
{
	behind->prev = item;
	item->next = behind;
	item->prev = before;
	before->next = item;
}
static inline void list_add(struct list_head *item, struct list_head *head)
{
	__list_between(item, head, head->next);
}
static inline void list_add_tail(struct list_head *item, struct list_head *head)
{
	__list_between(item, head->prev, head);
}
static inline void __list_unlink(struct list_head *item)
{
	item->next->prev = item->prev;
	item->prev->next = item->next;
}
static inline void list_del(struct list_head *item)
{
	__list_unlink(item);
	item->next = LIST_POISON1;
	item->prev = LIST_POISON2;
}
static inline void list_del_init(struct list_head *item)
{
	__list_unlink(item);
	INIT_LIST_HEAD(item);
}
static inline void list_move(struct list_head *item, struct list_head *head)
{
	__list_unlink(item);
	list_add(item, head);
}
static inline void list_move_tail(struct list_head *item, struct list_head *head)
{
	__list_unlink(item);
	list_add_tail(item, head);
}
static inline int list_empty(const struct list_head *head)
{
	return READ_ONCE(head->next) == head;
}
static inline int list_is_last(const struct list_head *item, const struct list_head *head)
{
	return item->next == head;
}
#define list_entry(pointer, type, member) container_of(pointer, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) list_entry((head)->prev, type, member)
#define list_first_entry_or_null(head, type, member) (list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_next_entry(item, member) list_entry((item)->member.next, typeof(*(item)), member)
#define list_prev_entry(item, member) list_entry((item)->member.prev, typeof(*(item)), member)
#define list_for_each(at, head) for (at = (head)->next; at != (head); at = at->next)
#define list_for_each_safe(at, other, head) \\
	for (at = (head)->next, other = at->next; at != (head); at = other, other = at->next)
#define list_for_each_entry(at, head, member) \\
	for (at = list_first_entry(head, typeof(*at), member); &at->member != (head); at = list_next_entry(at, member))
#define list_for_each_entry_reverse(at, head, member) \\
	for (at = list_last_entry(head, typeof(*at), member); &at->member != (head); at = list_prev_entry(at, member))
#define list_for_each_entry_safe(at, other, head, member) \\
	for (at = list_first_entry(head, typeof(*at), member), other = list_next_entry(at, member); \\
	     &at->member != (head); at = other, other = list_next_entry(other, member))
#define list_add_rcu list_add
#define list_add_tail_rcu list_add_tail
#define list_del_rcu list_del
#define list_for_each_entry_rcu list_for_each_entry
#define HLIST_HEAD_INIT { NULL }
#define HLIST_HEAD(name) struct hlist_head name = HLIST_HEAD_INIT
#define INIT_HLIST_HEAD(head) ((head)->first = NULL)
static inline int hlist_empty(const struct hlist_head *head)
{
	return !READ_ONCE(head->first);
}
static inline void hlist_add_head(struct hlist_node *item, struct hlist_head *head)
{
	item->next = head->first;
	if (head->first)
		head->first->pprev = &item->next;
	head->first = item;
	item->pprev = &head->first;
}
static inline void hlist_del(struct hlist_node *item)
{
	*item->pprev = item->next;
	if (item->next)
		item->next->pprev = item->pprev;
	item->next = LIST_POISON1;
	item->pprev = LIST_POISON2;
}
#define hlist_entry(pointer, type, member) container_of(pointer, type, member)
#define __hlist_entry_or_null(pointer, type, member) \\
	({ struct hlist_node *__node = (pointer); __node ? hlist_entry(__node, type, member) : NULL; })
#define hlist_for_each_entry(at, head, member) \\
	for (at = __hlist_entry_or_null((head)->first, typeof(*at), member); at; \\
	     at = __hlist_entry_or_null(at->member.next, typeof(*at), member))
#define hlist_for_each_entry_safe(at, other, head, member) \\
	for (at = __hlist_entry_or_null((head)->first, typeof(*at), member); at && ({ other = at->member.next; 1; }); \\
	     at = __hlist_entry_or_null(other, typeof(*at), member))
`,
);

const SLAB = guard(
  'SLAB_H',
  `
#include <linux/gfp.h>
#include <kernel/functions.h>
static inline void *kmalloc(size_t size, gfp_t flags) { return __kmalloc(size, flags); }
static inline void *kzalloc(size_t size, gfp_t flags) { return __kmalloc(size, flags | __GFP_ZERO); }
static inline void *kmalloc_array(size_t count, size_t size, gfp_t flags)
{
	return size && count > ~0UL / size ? NULL : __kmalloc(count * size, flags);
}
static inline void *kcalloc(size_t count, size_t size, gfp_t flags)
{
	return kmalloc_array(count, size, flags | __GFP_ZERO);
}
static inline void kfree_sensitive(void *object)
{
	if (object)
		memset(object, 0, ksize(object));
	kfree(object);
}
char *kstrdup(const char *text, gfp_t flags);
void *kmemdup(const void *from, size_t size, gfp_t flags);
`,
);

const GFP = guard(
  'GFP_H',
  `
#include <linux/types.h>
#define __GFP_HIGH 0x20u
#define __GFP_IO 0x40u
#define __GFP_FS 0x80u
#define __GFP_ZERO 0x100u
#define __GFP_DIRECT_RECLAIM 0x400u
#define __GFP_KSWAPD_RECLAIM 0x800u
#define __GFP_NOWARN 0x2000u
#define GFP_ATOMIC (__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#define GFP_KERNEL (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_NOWAIT __GFP_KSWAPD_RECLAIM
#define GFP_USER GFP_KERNEL
`,
);

const SPINLOCK = guard(
  'SPINLOCK_H',
  `
#include <linux/preempt.h>
#define __SPIN_LOCK_UNLOCKED { 0 }
#define DEFINE_SPINLOCK(name) spinlock_t name = __SPIN_LOCK_UNLOCKED
#define DEFINE_RWLOCK(name) rwlock_t name = __SPIN_LOCK_UNLOCKED
#define spin_lock_init(lock) ((lock)->locked = 0)
void _raw_spin_lock(spinlock_t *lock);
void _raw_spin_unlock(spinlock_t *lock);
int _raw_spin_trylock(spinlock_t *lock);
static inline void spin_lock(spinlock_t *lock) { _raw_spin_lock(lock); }
static inline void spin_unlock(spinlock_t *lock) { _raw_spin_unlock(lock); }
static inline int spin_trylock(spinlock_t *lock) { return _raw_spin_trylock(lock); }
static inline int spin_is_locked(spinlock_t *lock) { return READ_ONCE(lock->locked) != 0; }
static inline void spin_lock_bh(spinlock_t *lock) { local_bh_disable(); _raw_spin_lock(lock); }
static inline void spin_unlock_bh(spinlock_t *lock) { _raw_spin_unlock(lock); local_bh_enable(); }
static inline void spin_lock_irq(spinlock_t *lock) { _raw_spin_lock(lock); }
static inline void spin_unlock_irq(spinlock_t *lock) { _raw_spin_unlock(lock); }
#define spin_lock_irqsave(lock, flags) do { (flags) = 0; _raw_spin_lock(lock); } while (0)
#define spin_unlock_irqrestore(lock, flags) do { (void)(flags); _raw_spin_unlock(lock); } while (0)
#define read_lock spin_lock
#define read_unlock spin_unlock
#define write_lock spin_lock
#define write_unlock spin_unlock
#define raw_spin_lock spin_lock
#define raw_spin_unlock spin_unlock
`,
);

const PREEMPT = guard(
  'PREEMPT_H',
  `
#include <linux/kernel.h>
struct task_struct;
/* What a CPU keeps to itself; the machine has one that runs at a time. */
struct pcpu_hot {
	struct task_struct *current_task;
	int preempt_count;
	int cpu_number;
};
extern struct pcpu_hot pcpu_hot;
#define PREEMPT_OFFSET 1
#define SOFTIRQ_OFFSET 0x100
#define SOFTIRQ_DISABLE_OFFSET 0x200
#define HARDIRQ_OFFSET 0x10000
static inline int preempt_count(void) { return READ_ONCE(pcpu_hot.preempt_count); }
static inline void preempt_count_add(int by) { WRITE_ONCE(pcpu_hot.preempt_count, preempt_count() + by); }
static inline void preempt_count_sub(int by) { WRITE_ONCE(pcpu_hot.preempt_count, preempt_count() - by); }
static inline void preempt_disable(void) { preempt_count_add(PREEMPT_OFFSET); }
static inline void preempt_enable(void) { preempt_count_sub(PREEMPT_OFFSET); }
static inline void local_bh_disable(void) { preempt_count_add(SOFTIRQ_DISABLE_OFFSET); }
static inline void local_bh_enable(void) { preempt_count_sub(SOFTIRQ_DISABLE_OFFSET); }
#define in_atomic() (preempt_count() != 0)
#define in_interrupt() ((preempt_count() & 0xffff00) != 0)
#define in_softirq() ((preempt_count() & 0xff00) != 0)
#define in_hardirq() ((preempt_count() & 0xf0000) != 0)
#define in_task() (!(preempt_count() & 0xff0100))
#define smp_processor_id() (pcpu_hot.cpu_number)
#define raw_smp_processor_id() (pcpu_hot.cpu_number)
#define local_irq_disable() barrier()
#define local_irq_enable() barrier()
#define local_irq_save(flags) ((flags) = 0)
#define local_irq_restore(flags) ((void)(flags))
`,
);

const MUTEX = guard(
  'MUTEX_H',
  `
#include <linux/spinlock.h>
struct mutex {
	unsigned long owner;
	unsigned long spare[3];
};
#define __MUTEX_INITIALIZER(name) { 0 }
#define DEFINE_MUTEX(name) struct mutex name = __MUTEX_INITIALIZER(name)
#define mutex_init(lock) ((lock)->owner = 0)
#define mutex_destroy(lock) ((void)(lock))
void mutex_lock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);
int mutex_trylock(struct mutex *lock);
#define mutex_lock_interruptible(lock) ({ mutex_lock(lock); 0; })
#define mutex_is_locked(lock) (READ_ONCE((lock)->owner) != 0)
`,
);

const ATOMIC = guard(
  'ATOMIC_H',
  `
#include <linux/types.h>
#include <linux/compiler.h>
#define ATOMIC_INIT(value) { (value) }
#define ATOMIC64_INIT(value) { (value) }
#define __ATOMIC_FUNCTIONS(prefix, type, word) \\
static inline word prefix ## _read(const type *v) { return READ_ONCE(v->counter); } \\
static inline void prefix ## _set(type *v, word to) { WRITE_ONCE(v->counter, to); } \\
static inline void prefix ## _add(word by, type *v) { __sync_fetch_and_add(&v->counter, by); } \\
static inline void prefix ## _sub(word by, type *v) { __sync_fetch_and_add(&v->counter, -by); } \\
static inline void prefix ## _inc(type *v) { __sync_fetch_and_add(&v->counter, 1); } \\
static inline void prefix ## _dec(type *v) { __sync_fetch_and_add(&v->counter, -1); } \\
static inline word prefix ## _add_return(word by, type *v) { return __sync_fetch_and_add(&v->counter, by) + by; } \\
static inline word prefix ## _sub_return(word by, type *v) { return __sync_fetch_and_add(&v->counter, -by) - by; } \\
static inline word prefix ## _inc_return(type *v) { return __sync_fetch_and_add(&v->counter, 1) + 1; } \\
static inline word prefix ## _dec_return(type *v) { return __sync_fetch_and_add(&v->counter, -1) - 1; } \\
static inline word prefix ## _fetch_add(word by, type *v) { return __sync_fetch_and_add(&v->counter, by); } \\
static inline bool prefix ## _dec_and_test(type *v) { return prefix ## _dec_return(v) == 0; } \\
static inline bool prefix ## _inc_and_test(type *v) { return prefix ## _inc_return(v) == 0; } \\
static inline word prefix ## _xchg(type *v, word to) { return __sync_lock_test_and_set(&v->counter, to); } \\
static inline word prefix ## _cmpxchg(type *v, word from, word to) { return __sync_val_compare_and_swap(&v->counter, from, to); }
__ATOMIC_FUNCTIONS(atomic, atomic_t, int)
__ATOMIC_FUNCTIONS(atomic64, atomic64_t, s64)
#define atomic_long_read atomic64_read
#define atomic_long_set atomic64_set
#define atomic_long_inc atomic64_inc
#define atomic_long_dec atomic64_dec
#define atomic_long_add atomic64_add
static inline void refcount_set(refcount_t *r, int to) { atomic_set(&r->refs, to); }
static inline unsigned int refcount_read(const refcount_t *r) { return atomic_read(&r->refs); }
static inline void refcount_inc(refcount_t *r) { atomic_inc(&r->refs); }
static inline bool refcount_dec_and_test(refcount_t *r) { return atomic_dec_and_test(&r->refs); }
#define smp_mb() barrier()
#define smp_rmb() barrier()
#define smp_wmb() barrier()
#define cmpxchg(pointer, from, to) __sync_val_compare_and_swap(pointer, from, to)
#define xchg(pointer, to) __sync_lock_test_and_set(pointer, to)
`,
);

const STRING = guard(
  'STRING_H',
  `
#include <kernel/functions.h>
char *strchr(const char *text, int c);
char *strrchr(const char *text, int c);
char *strstr(const char *text, const char *part);
char *strcpy(char *to, const char *from);
char *strncpy(char *to, const char *from, size_t size);
char *strcat(char *to, const char *from);
ssize_t strscpy(char *to, const char *from, size_t size);
size_t strlcpy(char *to, const char *from, size_t size);
int strcasecmp(const char *a, const char *b);
char *strim(char *text);
bool sysfs_streq(const char *a, const char *b);
void *kmemdup(const void *from, size_t size, gfp_t flags);
char *kstrdup(const char *text, gfp_t flags);
`,
);

const SCHED = guard(
  'SCHED_H',
  `
#include <kernel/records.h>
#include <linux/preempt.h>
#define TASK_RUNNING 0
#define TASK_INTERRUPTIBLE 1
#define TASK_UNINTERRUPTIBLE 2
#define TASK_COMM_LEN 16
#define current (pcpu_hot.current_task)
#define for_each_process(task) for (task = __next_task(NULL); task; task = __next_task(task))
static inline pid_t task_pid_nr(struct task_struct *task) { return task->pid; }
static inline pid_t task_tgid_nr(struct task_struct *task) { return task->tgid; }
void schedule(void);
signed long schedule_timeout(signed long timeout);
#define cond_resched() might_sleep()
#define set_current_state(state) ((void)(state))
#define signal_pending(task) 0
#include <linux/cred.h>
`,
);

const CRED = guard(
  'CRED_H',
  `
#include <kernel/records.h>
#include <linux/preempt.h>
#include <linux/uidgid.h>
#define current_cred() (pcpu_hot.current_task->cred)
#define current_uid() (current_cred()->uid)
#define current_gid() (current_cred()->gid)
#define current_euid() (current_cred()->euid)
#define __task_cred(task) ((task)->real_cred)
#define task_uid(task) (__task_cred(task)->uid)
struct cred *prepare_kernel_cred(struct task_struct *task);
struct cred *prepare_creds(void);
int commit_creds(struct cred *cred);
`,
);

const UIDGID = guard(
  'UIDGID_H',
  `
#include <linux/types.h>
#define KUIDT_INIT(value) ((kuid_t){ value })
#define KGIDT_INIT(value) ((kgid_t){ value })
#define GLOBAL_ROOT_UID KUIDT_INIT(0)
#define GLOBAL_ROOT_GID KGIDT_INIT(0)
static inline uid_t __kuid_val(kuid_t uid) { return uid.val; }
static inline gid_t __kgid_val(kgid_t gid) { return gid.val; }
static inline bool uid_eq(kuid_t a, kuid_t b) { return a.val == b.val; }
static inline bool gid_eq(kgid_t a, kgid_t b) { return a.val == b.val; }
#define from_kuid(namespace, uid) __kuid_val(uid)
#define from_kgid(namespace, gid) __kgid_val(gid)
#define make_kuid(namespace, uid) KUIDT_INIT(uid)
`,
);

const DELAY = guard(
  'DELAY_H',
  `
#include <kernel/functions.h>
void msleep(unsigned int milliseconds);
#define ssleep(seconds) msleep((seconds) * 1000)
#define udelay(microseconds) __udelay(microseconds)
#define mdelay(milliseconds) __udelay((milliseconds) * 1000UL)
#define usleep_range(least, most) msleep(((least) + 999) / 1000)
`,
);

const JIFFIES = guard(
  'JIFFIES_H',
  `
#include <kernel/functions.h>
#define HZ 250
#define jiffies ((unsigned long)get_jiffies_64())
#define msecs_to_jiffies(ms) ((unsigned long)(((ms) + 3) / 4))
#define jiffies_to_msecs(count) ((unsigned int)((count) * 4))
#define time_after(a, b) ((long)((b) - (a)) < 0)
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) ((long)((a) - (b)) >= 0)
`,
);

const KTIME = guard(
  'KTIME_H',
  `
#include <kernel/functions.h>
#include <linux/jiffies.h>
#define NSEC_PER_SEC 1000000000L
#define NSEC_PER_MSEC 1000000L
#define NSEC_PER_USEC 1000L
static inline ktime_t ktime_get(void) { return ktime_get_ns(); }
static inline s64 ktime_to_ns(ktime_t time) { return time; }
static inline s64 ktime_to_us(ktime_t time) { return time / 1000; }
static inline s64 ktime_to_ms(ktime_t time) { return time / 1000000; }
static inline ktime_t ktime_sub(ktime_t a, ktime_t b) { return a - b; }
#define ktime_get_real_ns ktime_get_ns
#define ktime_get_boottime_ns ktime_get_ns
`,
);

const RCUPDATE = guard(
  'RCUPDATE_H',
  `
#include <linux/kernel.h>
#define rcu_read_lock() barrier()
#define rcu_read_unlock() barrier()
#define rcu_dereference(pointer) READ_ONCE(pointer)
#define rcu_assign_pointer(pointer, to) WRITE_ONCE(pointer, to)
#define RCU_INIT_POINTER(pointer, to) WRITE_ONCE(pointer, to)
#define synchronize_rcu() barrier()
#define kfree_rcu(object, member) kfree(object)
`,
);

const ERR = guard(
  'ERR_H',
  `
#include <linux/types.h>
#include <linux/errno.h>
#define MAX_ERRNO 4095
static inline void *ERR_PTR(long error) { return (void *)error; }
static inline long PTR_ERR(const void *pointer) { return (long)pointer; }
static inline bool IS_ERR(const void *pointer) { return (unsigned long)pointer >= (unsigned long)-MAX_ERRNO; }
static inline bool IS_ERR_OR_NULL(const void *pointer) { return !pointer || IS_ERR(pointer); }
`,
);

const FS = guard(
  'FS_H',
  `
#include <linux/kernel.h>
struct inode;
struct file {
	unsigned int f_flags;
	loff_t f_pos;
	void *private_data;
	struct inode *f_inode;
};
struct inode {
	void *i_private;
};
static inline struct inode *file_inode(const struct file *file) { return file->f_inode; }
`,
);

const PROC = guard(
  'PROC_FS_H',
  `
#include <linux/fs.h>
#include <linux/uaccess.h>
struct proc_dir_entry;
struct seq_file;
struct proc_ops {
	unsigned int proc_flags;
	int (*proc_open)(struct inode *inode, struct file *file);
	ssize_t (*proc_read)(struct file *file, char *buffer, size_t size, loff_t *position);
	ssize_t (*proc_write)(struct file *file, const char *buffer, size_t size, loff_t *position);
	loff_t (*proc_lseek)(struct file *file, loff_t offset, int whence);
	int (*proc_release)(struct inode *inode, struct file *file);
	long (*proc_ioctl)(struct file *file, unsigned int command, unsigned long argument);
};
struct proc_dir_entry *proc_create_data(const char *name, umode_t mode, struct proc_dir_entry *parent,
					const struct proc_ops *ops, void *data);
struct proc_dir_entry *proc_create(const char *name, umode_t mode, struct proc_dir_entry *parent,
				   const struct proc_ops *ops);
struct proc_dir_entry *proc_create_single(const char *name, umode_t mode, struct proc_dir_entry *parent,
					  int (*show)(struct seq_file *file, void *data));
void proc_remove(struct proc_dir_entry *entry);
void remove_proc_entry(const char *name, struct proc_dir_entry *parent);
#define pde_data(inode) ((inode)->i_private)
`,
);

const SEQ = guard(
  'SEQ_FILE_H',
  `
#include <linux/fs.h>
struct seq_file {
	char *buf;
	size_t size;
	size_t count;
	void *private;
};
void seq_printf(struct seq_file *file, const char *fmt, ...);
void seq_puts(struct seq_file *file, const char *text);
void seq_putc(struct seq_file *file, char c);
int single_open(struct file *file, int (*show)(struct seq_file *, void *), void *data);
int single_release(struct inode *inode, struct file *file);
ssize_t seq_read(struct file *file, char *buffer, size_t size, loff_t *position);
loff_t seq_lseek(struct file *file, loff_t offset, int whence);
`,
);

const UACCESS = guard(
  'UACCESS_H',
  `
#include <kernel/functions.h>
static inline unsigned long copy_to_user(void *to, const void *from, unsigned long size)
{
	return _copy_to_user(to, from, size);
}
static inline unsigned long copy_from_user(void *to, const void *from, unsigned long size)
{
	return _copy_from_user(to, from, size);
}
#define get_user(value, pointer) (_copy_from_user(&(value), pointer, sizeof(*(pointer))) ? -14 : 0)
#define put_user(value, pointer) ({ typeof(*(pointer)) __word = (value); \\
	_copy_to_user(pointer, &__word, sizeof(__word)) ? -14 : 0; })
ssize_t simple_read_from_buffer(void *to, size_t size, loff_t *position, const void *from, size_t available);
int kstrtoint_from_user(const char *text, size_t size, unsigned int base, int *result);
`,
);

/** Headers that only lead to others. */
const lead = (...to: string[]): string => to.map((name) => `#include <${name}>\n`).join('');

export const KERNEL_BASE: Readonly<Record<string, string>> = {
  'linux/types.h': TYPES,
  'linux/compiler.h': COMPILER,
  'linux/compiler_attributes.h': lead('linux/compiler.h'),
  'linux/compiler_types.h': lead('linux/compiler.h'),
  'linux/kernel.h': KERNEL,
  'linux/minmax.h': lead('linux/kernel.h'),
  'linux/container_of.h': lead('linux/kernel.h'),
  'linux/math.h': lead('linux/kernel.h'),
  'linux/kstrtox.h': lead('linux/kernel.h'),
  'linux/printk.h': PRINTK,
  'linux/ratelimit.h': lead('linux/printk.h'),
  'linux/bug.h': BUG,
  'linux/build_bug.h': BUG,
  'linux/init.h': INIT,
  'linux/module.h': MODULE,
  'linux/moduleparam.h': MODULE_PARAM,
  'linux/export.h': EXPORT,
  'linux/stringify.h': guard(
    'STRINGIFY_H',
    '#define __stringify_1(x...) #x\n#define __stringify(x...) __stringify_1(x)',
  ),
  'linux/list.h': LIST,
  'linux/rculist.h': lead('linux/list.h', 'linux/rcupdate.h'),
  'linux/slab.h': `${SLAB}${lead('linux/string.h')}`,
  'linux/gfp.h': GFP,
  'linux/mm.h': lead('linux/slab.h', 'linux/kernel.h'),
  'linux/vmalloc.h': `${lead('linux/slab.h')}#define vmalloc(size) kmalloc(size, GFP_KERNEL)\n#define vfree kfree\n`,
  'linux/spinlock.h': SPINLOCK,
  'linux/spinlock_types.h': lead('linux/types.h'),
  'linux/preempt.h': PREEMPT,
  'linux/interrupt.h': lead('linux/preempt.h'),
  'linux/smp.h': lead('linux/preempt.h'),
  'linux/mutex.h': MUTEX,
  'linux/atomic.h': ATOMIC,
  'linux/refcount.h': lead('linux/atomic.h'),
  'linux/string.h': STRING,
  'linux/sched.h': SCHED,
  'linux/sched/signal.h': lead('linux/sched.h'),
  'linux/cred.h': CRED,
  'linux/uidgid.h': UIDGID,
  'linux/delay.h': DELAY,
  'linux/jiffies.h': JIFFIES,
  'linux/ktime.h': KTIME,
  'linux/timekeeping.h': KTIME,
  'linux/rcupdate.h': RCUPDATE,
  'linux/err.h': ERR,
  'linux/fs.h': FS,
  'linux/proc_fs.h': PROC,
  'linux/seq_file.h': SEQ,
  'linux/uaccess.h': UACCESS,
  'asm/uaccess.h': lead('linux/uaccess.h'),
  'linux/stdarg.h': '#include <stdarg.h>\n',
  'linux/random.h': lead('kernel/functions.h'),
};
