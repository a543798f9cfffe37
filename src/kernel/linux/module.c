// SPDX-License-Identifier: MIT
// Starting and ending modules. Their memory, relocations and symbols are the loader's work before it comes here.
#include <linux/module.h>
#include <linux/preempt.h>
#include "kernel.h"

/* Runs one initcall, and looks whether it left the CPU as it found it. */
noinline int do_one_initcall(int (*initcall)(void))
{
	int count = preempt_count();
	int result = initcall();

	if (WARN(preempt_count() != count, "initcall %pS returned with preemption imbalance \n", initcall))
		pcpu_hot.preempt_count = count;
	return result;
}

static noinline int do_init_module(int (*init)(void))
{
	int result = 0;

	if (init)
		result = do_one_initcall(init);
	if (result > 0) {
		pr_warn("do_init_module: '%ps'->init suspiciously returned %d, it should follow 0/-E convention\n",
			init, result);
		result = 0;
	}
	return result;
}

noinline long __do_sys_init_module(int (*init)(void))
{
	return do_init_module(init);
}

noinline long __do_sys_delete_module(void (*exit)(void))
{
	if (exit)
		exit();
	return 0;
}
