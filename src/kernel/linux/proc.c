// SPDX-License-Identifier: MIT
// /proc: files that modules make, and the system calls that reach them.
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/list.h>
#include "kernel.h"

struct proc_dir_entry {
	struct list_head list;
	char name[32];
	struct inode inode;
	const struct proc_ops *ops;
	int (*show)(struct seq_file *file, void *data);
	umode_t mode;
};

/* One entry a file descriptor, from 3 on. */
struct open_file {
	struct file file;
	struct proc_dir_entry *entry;
};

#define MOST_FILES 32
#define FIRST_FD 3
#define SEQ_SIZE 4096

static LIST_HEAD(entries);
static struct open_file *files[MOST_FILES];

static struct proc_dir_entry *find_entry(const char *name)
{
	struct proc_dir_entry *entry;

	list_for_each_entry(entry, &entries, list)
		if (!strcmp(entry->name, name))
			return entry;
	return NULL;
}

noinline struct proc_dir_entry *proc_create_data(const char *name, umode_t mode, struct proc_dir_entry *parent,
						 const struct proc_ops *ops, void *data)
{
	struct proc_dir_entry *entry;

	if (find_entry(name))
		return NULL;
	entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry)
		return NULL;
	strscpy(entry->name, name, sizeof(entry->name));
	entry->ops = ops;
	entry->mode = mode;
	entry->inode.i_private = data;
	list_add_tail(&entry->list, &entries);
	return entry;
}
EXPORT_SYMBOL(proc_create_data);

struct proc_dir_entry *proc_create(const char *name, umode_t mode, struct proc_dir_entry *parent,
				   const struct proc_ops *ops)
{
	return proc_create_data(name, mode, parent, ops, NULL);
}
EXPORT_SYMBOL(proc_create);

struct proc_dir_entry *proc_create_single(const char *name, umode_t mode, struct proc_dir_entry *parent,
					  int (*show)(struct seq_file *file, void *data))
{
	struct proc_dir_entry *entry = proc_create_data(name, mode, parent, NULL, NULL);

	if (entry)
		entry->show = show;
	return entry;
}
EXPORT_SYMBOL(proc_create_single);

noinline void proc_remove(struct proc_dir_entry *entry)
{
	if (!entry)
		return;
	list_del(&entry->list);
	kfree(entry);
}
EXPORT_SYMBOL(proc_remove);

void remove_proc_entry(const char *name, struct proc_dir_entry *parent)
{
	struct proc_dir_entry *entry = find_entry(name);

	if (WARN(!entry, "name '%s'\n", name))
		return;
	proc_remove(entry);
}
EXPORT_SYMBOL(remove_proc_entry);

/* ---- seq_file: a text that is made as a whole and read in pieces ---- */

void seq_puts(struct seq_file *file, const char *text)
{
	while (*text && file->count + 1 < file->size)
		file->buf[file->count++] = *text++;
}
EXPORT_SYMBOL(seq_puts);

void seq_putc(struct seq_file *file, char c)
{
	char text[2] = { c, 0 };

	seq_puts(file, text);
}
EXPORT_SYMBOL(seq_putc);

noinline void seq_printf(struct seq_file *file, const char *fmt, ...)
{
	va_list arguments;
	size_t room = file->size - file->count;
	int length;

	va_start(arguments, fmt);
	length = vsnprintf(file->buf + file->count, room, fmt, arguments);
	va_end(arguments);
	file->count += length < (int)room ? length : (int)room - 1;
}
EXPORT_SYMBOL(seq_printf);

struct single {
	struct seq_file file;
	int (*show)(struct seq_file *file, void *data);
	bool made;
};

noinline int single_open(struct file *file, int (*show)(struct seq_file *, void *), void *data)
{
	struct single *single = kzalloc(sizeof(*single), GFP_KERNEL);

	if (!single)
		return -ENOMEM;
	single->file.buf = kmalloc(SEQ_SIZE, GFP_KERNEL);
	single->file.size = SEQ_SIZE;
	single->file.private = data;
	single->show = show;
	file->private_data = single;
	return 0;
}
EXPORT_SYMBOL(single_open);

noinline int single_release(struct inode *inode, struct file *file)
{
	struct single *single = file->private_data;

	kfree(single->file.buf);
	kfree(single);
	return 0;
}
EXPORT_SYMBOL(single_release);

noinline ssize_t seq_read(struct file *file, char *buffer, size_t size, loff_t *position)
{
	struct single *single = file->private_data;

	if (!single->made) {
		int error = single->show(&single->file, single->file.private);

		if (error)
			return error;
		single->made = true;
	}
	return simple_read_from_buffer(buffer, size, position, single->file.buf, single->file.count);
}
EXPORT_SYMBOL(seq_read);

loff_t seq_lseek(struct file *file, loff_t offset, int whence)
{
	return file->f_pos = offset;
}
EXPORT_SYMBOL(seq_lseek);

/* ---- system calls ---- */

noinline long do_sys_open(const char *path)
{
	struct proc_dir_entry *entry;
	struct open_file *opened;
	char name[32];
	int fd, error = 0;

	for (fd = 0; fd < (int)sizeof(name); fd++) {
		if (copy_from_user(&name[fd], path + fd, 1))
			return -EFAULT;
		if (!name[fd])
			break;
	}
	name[sizeof(name) - 1] = 0;
	entry = find_entry(name);
	if (!entry)
		return -ENOENT;
	for (fd = 0; fd < MOST_FILES && files[fd]; fd++)
		;
	if (fd == MOST_FILES)
		return -EMFILE;
	opened = kzalloc(sizeof(*opened), GFP_KERNEL);
	if (!opened)
		return -ENOMEM;
	opened->entry = entry;
	opened->file.f_inode = &entry->inode;
	if (entry->show)
		error = single_open(&opened->file, entry->show, entry->inode.i_private);
	else if (entry->ops->proc_open)
		error = entry->ops->proc_open(&entry->inode, &opened->file);
	if (error) {
		kfree(opened);
		return error;
	}
	files[fd] = opened;
	return fd + FIRST_FD;
}

static struct open_file *file_of(unsigned int fd)
{
	return fd >= FIRST_FD && fd < FIRST_FD + MOST_FILES ? files[fd - FIRST_FD] : NULL;
}

static noinline ssize_t vfs_read(struct open_file *opened, char *buffer, size_t size)
{
	struct proc_dir_entry *entry = opened->entry;

	if (entry->show)
		return seq_read(&opened->file, buffer, size, &opened->file.f_pos);
	if (!entry->ops->proc_read)
		return -EIO;
	return entry->ops->proc_read(&opened->file, buffer, size, &opened->file.f_pos);
}

noinline long ksys_read(unsigned int fd, char *buffer, size_t size)
{
	struct open_file *opened = file_of(fd);
	ssize_t result;

	if (!opened)
		return -EBADF;
	result = vfs_read(opened, buffer, size);
	return result;
}

static noinline ssize_t vfs_write(struct open_file *opened, const char *buffer, size_t size)
{
	struct proc_dir_entry *entry = opened->entry;

	if (entry->show || !entry->ops->proc_write)
		return -EIO;
	return entry->ops->proc_write(&opened->file, buffer, size, &opened->file.f_pos);
}

noinline long ksys_write(unsigned int fd, const char *buffer, size_t size)
{
	struct open_file *opened = file_of(fd);
	ssize_t result;

	if (!opened)
		return -EBADF;
	result = vfs_write(opened, buffer, size);
	return result;
}

noinline long do_ioctl(unsigned int fd, unsigned int command, unsigned long argument)
{
	struct open_file *opened = file_of(fd);
	long result;

	if (!opened)
		return -EBADF;
	if (opened->entry->show || !opened->entry->ops->proc_ioctl)
		return -ENOTTY;
	result = opened->entry->ops->proc_ioctl(&opened->file, command, argument);
	return result;
}

noinline long close_fd(unsigned int fd)
{
	struct open_file *opened = file_of(fd);

	if (!opened)
		return -EBADF;
	files[fd - FIRST_FD] = NULL;
	if (opened->entry->show)
		single_release(&opened->entry->inode, &opened->file);
	else if (opened->entry->ops->proc_release)
		opened->entry->ops->proc_release(&opened->entry->inode, &opened->file);
	kfree(opened);
	return 0;
}
