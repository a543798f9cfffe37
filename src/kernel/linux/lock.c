// SPDX-License-Identifier: MIT
// Locks. One CPU runs at a time on this machine, and nobody takes it away: a lock that is taken already will never come free.
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include "kernel.h"

noinline void _raw_spin_lock(spinlock_t *lock)
{
	preempt_disable();
	while (READ_ONCE(lock->locked))
		barrier();
	WRITE_ONCE(lock->locked, 1);
}
EXPORT_SYMBOL(_raw_spin_lock);

noinline void _raw_spin_unlock(spinlock_t *lock)
{
	WRITE_ONCE(lock->locked, 0);
	preempt_enable();
}
EXPORT_SYMBOL(_raw_spin_unlock);

int _raw_spin_trylock(spinlock_t *lock)
{
	if (READ_ONCE(lock->locked))
		return 0;
	_raw_spin_lock(lock);
	return 1;
}
EXPORT_SYMBOL(_raw_spin_trylock);

noinline void mutex_lock(struct mutex *lock)
{
	might_sleep();
	while (READ_ONCE(lock->owner))
		barrier();
	WRITE_ONCE(lock->owner, (unsigned long)current);
}
EXPORT_SYMBOL(mutex_lock);

noinline void mutex_unlock(struct mutex *lock)
{
	WRITE_ONCE(lock->owner, 0);
}
EXPORT_SYMBOL(mutex_unlock);

int mutex_trylock(struct mutex *lock)
{
	if (READ_ONCE(lock->owner))
		return 0;
	WRITE_ONCE(lock->owner, (unsigned long)current);
	return 1;
}
EXPORT_SYMBOL(mutex_trylock);
