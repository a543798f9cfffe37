// SPDX-License-Identifier: MIT
// The part of C's library that the kernel has and the machine does not bring itself.
#include <linux/module.h>
#include <linux/string.h>
#include <linux/slab.h>
#include <linux/inet.h>
#include <linux/uaccess.h>
#include <linux/skbuff.h>
#include <linux/netdevice.h>
#include "kernel.h"

char *strchr(const char *text, int c)
{
	for (; *text != (char)c; text++)
		if (!*text)
			return NULL;
	return (char *)text;
}
EXPORT_SYMBOL(strchr);

char *strrchr(const char *text, int c)
{
	const char *last = NULL;

	do {
		if (*text == (char)c)
			last = text;
	} while (*text++);
	return (char *)last;
}
EXPORT_SYMBOL(strrchr);

char *strstr(const char *text, const char *part)
{
	size_t size = strlen(part);

	for (; ; text++) {
		if (!strncmp(text, part, size))
			return (char *)text;
		if (!*text)
			return NULL;
	}
}
EXPORT_SYMBOL(strstr);

char *strcpy(char *to, const char *from)
{
	char *at = to;

	while ((*at++ = *from++))
		;
	return to;
}
EXPORT_SYMBOL(strcpy);

char *strncpy(char *to, const char *from, size_t size)
{
	size_t i;

	for (i = 0; i < size && from[i]; i++)
		to[i] = from[i];
	for (; i < size; i++)
		to[i] = 0;
	return to;
}
EXPORT_SYMBOL(strncpy);

char *strcat(char *to, const char *from)
{
	strcpy(to + strlen(to), from);
	return to;
}
EXPORT_SYMBOL(strcat);

ssize_t strscpy(char *to, const char *from, size_t size)
{
	size_t i;

	if (size == 0)
		return -E2BIG;
	for (i = 0; i < size; i++) {
		to[i] = from[i];
		if (!from[i])
			return i;
	}
	to[size - 1] = 0;
	return -E2BIG;
}
EXPORT_SYMBOL(strscpy);

size_t strlcpy(char *to, const char *from, size_t size)
{
	size_t length = strlen(from);

	if (size)
		strscpy(to, from, size);
	return length;
}
EXPORT_SYMBOL(strlcpy);

static int lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

int strcasecmp(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) - lower(*b);
}
EXPORT_SYMBOL(strcasecmp);

static bool blank(char c)
{
	return c == ' ' || (c >= 9 && c <= 13);
}

char *strim(char *text)
{
	size_t size = strlen(text);

	while (size > 0 && blank(text[size - 1]))
		text[--size] = 0;
	while (blank(*text))
		text++;
	return text;
}
EXPORT_SYMBOL(strim);

/* Equal but for a newline at the end of one of them. */
bool sysfs_streq(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (*a == *b)
		return true;
	return (!*a && *b == '\n' && !b[1]) || (!*b && *a == '\n' && !a[1]);
}
EXPORT_SYMBOL(sysfs_streq);

void *kmemdup(const void *from, size_t size, gfp_t flags)
{
	void *copy = kmalloc(size, flags);

	if (copy)
		memcpy(copy, from, size);
	return copy;
}
EXPORT_SYMBOL(kmemdup);

char *kstrdup(const char *text, gfp_t flags)
{
	return text ? kmemdup(text, strlen(text) + 1, flags) : NULL;
}
EXPORT_SYMBOL(kstrdup);

/* Digits in base 8, 10 or 16 (0: by prefix), one newline may follow. */
static int digits(const char *text, unsigned int base, unsigned long *result)
{
	unsigned long value = 0;
	int count = 0;

	if ((base == 0 || base == 16) && text[0] == '0' && lower(text[1]) == 'x') {
		text += 2;
		base = 16;
	}
	if (base == 0)
		base = text[0] == '0' && text[1] ? 8 : 10;
	for (; ; text++, count++) {
		unsigned int digit;

		if (*text >= '0' && *text <= '9')
			digit = *text - '0';
		else if (lower(*text) >= 'a' && lower(*text) <= 'f')
			digit = lower(*text) - 'a' + 10;
		else
			break;
		if (digit >= base)
			break;
		if (value > (~0UL - digit) / base)
			return -ERANGE;
		value = value * base + digit;
	}
	if (*text == '\n')
		text++;
	if (count == 0 || *text)
		return -EINVAL;
	*result = value;
	return 0;
}

int kstrtoul(const char *text, unsigned int base, unsigned long *result)
{
	return digits(*text == '+' ? text + 1 : text, base, result);
}
EXPORT_SYMBOL(kstrtoul);

int kstrtouint(const char *text, unsigned int base, unsigned int *result)
{
	unsigned long value;
	int error = kstrtoul(text, base, &value);

	if (error)
		return error;
	if (value > U32_MAX)
		return -ERANGE;
	*result = value;
	return 0;
}
EXPORT_SYMBOL(kstrtouint);

int kstrtoint(const char *text, unsigned int base, int *result)
{
	unsigned long value;
	bool negative = *text == '-';
	int error = negative ? digits(text + 1, base, &value) : kstrtoul(text, base, &value);

	if (error)
		return error;
	if (value > (unsigned long)INT_MAX + negative)
		return -ERANGE;
	*result = negative ? -value : value;
	return 0;
}
EXPORT_SYMBOL(kstrtoint);

int kstrtoint_from_user(const char *text, size_t size, unsigned int base, int *result)
{
	char copy[16];

	if (size >= sizeof(copy))
		return -ERANGE;
	if (copy_from_user(copy, text, size))
		return -EFAULT;
	copy[size] = 0;
	return kstrtoint(copy, base, result);
}
EXPORT_SYMBOL(kstrtoint_from_user);

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, fmt);
	length = vsnprintf(buf, size, fmt, arguments);
	va_end(arguments);
	if (size == 0)
		return 0;
	return length < (int)size ? length : (int)size - 1;
}
EXPORT_SYMBOL(scnprintf);

int in4_pton(const char *text, int size, u8 *to, int delimiter, const char **end)
{
	int i, left = size < 0 ? (int)strlen(text) : size;

	for (i = 0; i < 4; i++) {
		unsigned int value = 0;
		int count = 0;

		while (left > 0 && *text >= '0' && *text <= '9' && count < 3) {
			value = value * 10 + (*text++ - '0');
			left--;
			count++;
		}
		if (count == 0 || value > 255)
			return 0;
		to[i] = value;
		if (i == 3)
			break;
		if (left == 0 || *text != '.')
			return 0;
		text++;
		left--;
	}
	if (left > 0 && *text && *text != (char)delimiter)
		return 0;
	if (end)
		*end = text;
	return 1;
}
EXPORT_SYMBOL(in4_pton);

__be32 in_aton(const char *text)
{
	u8 bytes[4] = { 0 };

	in4_pton(text, -1, bytes, -1, NULL);
	return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (u32)bytes[3] << 24;
}
EXPORT_SYMBOL(in_aton);

ssize_t simple_read_from_buffer(void *to, size_t size, loff_t *position, const void *from, size_t available)
{
	loff_t at = *position;
	size_t left;

	if (at < 0)
		return -EINVAL;
	if (at >= (loff_t)available || !size)
		return 0;
	if (size > available - at)
		size = available - at;
	left = copy_to_user(to, (const char *)from + at, size);
	if (left == size)
		return -EFAULT;
	size -= left;
	*position = at + size;
	return size;
}
EXPORT_SYMBOL(simple_read_from_buffer);

struct net_device *dev_get_by_index(struct net *net, int index)
{
	return __dev_by_index(index);
}
EXPORT_SYMBOL(dev_get_by_index);
