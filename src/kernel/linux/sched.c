// SPDX-License-Identifier: MIT
// Giving the CPU away, and who one is.
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/jiffies.h>
#include "kernel.h"

void __pass_time(unsigned int milliseconds);

static noinline void __schedule_bug(void)
{
	__scheduling_while_atomic();
	/* Linux goes on as if no lock were held; whoever releases one then counts too far down. */
	pcpu_hot.preempt_count = 0;
}

static noinline void __schedule(unsigned int milliseconds)
{
	if (in_atomic())
		__schedule_bug();
	__pass_time(milliseconds);
}

noinline void schedule(void)
{
	__schedule(0);
}
EXPORT_SYMBOL(schedule);

noinline signed long schedule_timeout(signed long timeout)
{
	__schedule(timeout * 4);
	return 0;
}
EXPORT_SYMBOL(schedule_timeout);

noinline void msleep(unsigned int milliseconds)
{
	signed long timeout = msecs_to_jiffies(milliseconds) + 1;

	while (timeout)
		timeout = schedule_timeout(timeout);
}
EXPORT_SYMBOL(msleep);

/* New credentials: those of a task, or root's for nobody. */
struct cred *prepare_kernel_cred(struct task_struct *task)
{
	struct cred *cred = kzalloc(sizeof(*cred), GFP_KERNEL);

	if (cred && task)
		*cred = *task->cred;
	return cred;
}
EXPORT_SYMBOL(prepare_kernel_cred);

struct cred *prepare_creds(void)
{
	return prepare_kernel_cred(current);
}
EXPORT_SYMBOL(prepare_creds);

int commit_creds(struct cred *cred)
{
	current->real_cred = cred;
	current->cred = cred;
	return 0;
}
EXPORT_SYMBOL(commit_creds);
