// SPDX-License-Identifier: MIT
// How many lines the network may write into the log: net.core.message_burst of them in net.core.message_cost seconds.
#include <linux/module.h>
#include <linux/jiffies.h>
#include <linux/net.h>
#include "kernel.h"

#define MESSAGE_COST (5 * HZ)
#define MESSAGE_BURST 10

static bool begun;
static unsigned long begin;
static int printed;
static int missed;

/* May one more line be written? Says itself, once an interval, how many were not. */
noinline int net_ratelimit(void)
{
	if (!begun || time_after(jiffies, begin + MESSAGE_COST)) {
		if (missed)
			pr_warn("net_ratelimit: %d callbacks suppressed\n", missed);
		begun = true;
		begin = jiffies;
		printed = 0;
		missed = 0;
	}
	if (printed < MESSAGE_BURST) {
		printed++;
		return 1;
	}
	missed++;
	return 0;
}
EXPORT_SYMBOL(net_ratelimit);
