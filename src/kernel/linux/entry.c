// SPDX-License-Identifier: MIT
// System calls: from the registers that user space left to the function that serves them. Our own writing, as all of this folder: what
// Linux does here in outline, small enough to read. It is compiled by src/compiler in the ordinary build, and by the page when a
// reader changes it.
#include <linux/sched.h>
#include <linux/module.h>
#include "kernel.h"

struct pcpu_hot pcpu_hot;
EXPORT_SYMBOL(pcpu_hot);

/* x86-64's layout: what the entry code pushes onto the task's stack */
struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};

noinline long do_syscall_64(struct pt_regs *regs, int nr)
{
	long result;

	switch (nr) {
	case __NR_read:
		result = ksys_read(regs->di, (char *)regs->si, regs->dx);
		break;
	case __NR_write:
		result = ksys_write(regs->di, (const char *)regs->si, regs->dx);
		break;
	case __NR_open:
		result = do_sys_open((const char *)regs->di);
		break;
	case __NR_close:
		result = close_fd(regs->di);
		break;
	case __NR_ioctl:
		result = do_ioctl(regs->di, regs->si, regs->dx);
		break;
	case __NR_getuid:
		result = current_uid().val;
		break;
	case __NR_init_module:
		result = __do_sys_init_module((int (*)(void))regs->di);
		break;
	case __NR_delete_module:
		result = __do_sys_delete_module((void (*)(void))regs->di);
		break;
	default:
		result = -ENOSYS;
	}
	regs->ax = result;
	return result;
}
