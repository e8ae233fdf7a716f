// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is at a physical address? For hygiene.sh: who writes one to the parameter
 * "address" finds the answer in the kernel log, in the line that begins "where:". Who
 * writes 0 waits until all is freed that waits for a grace period.
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pfn.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/vmalloc.h>

/* Of a task that does not end now: nothing else ends in that VM. */
static bool in_stack(const struct task_struct *task, const struct page *page)
{
	void *stack = READ_ONCE(task->stack);
	bool found = false;
	size_t at;

	if (!stack || task->exit_state)
		return false;
	for (at = 0; at < THREAD_SIZE && !found; at += PAGE_SIZE)
		found = is_vmalloc_addr(stack) ?
			vmalloc_to_page(stack + at) == page :
			virt_to_page(stack + at) == page;
	return found;
}

/* Under RCU. */
static struct task_struct *stack_owner(const struct page *page)
{
	struct task_struct *process, *task;

	for_each_process_thread(process, task) {
		if (in_stack(task, page))
			return task;
	}
	return NULL;
}

/* The kernel's image is mapped a second time, and its symbols are there. */
static void *image_address(phys_addr_t address)
{
	return (void *)(address - phys_base + __START_KERNEL_map);
}

static void tell(phys_addr_t address)
{
	struct page *page = pfn_to_page(PHYS_PFN(address));
	struct task_struct *task;

	rcu_read_lock();
	task = stack_owner(page);
	if (task) {
		pr_info("where: kernel stack of %s\n", task->comm);
	} else if (PageBuddy(page)) {
		pr_info("where: free page\n");
	} else if (!PageSlab(page) && PageAnon(page)) {
		pr_info("where: memory of a process\n");
	} else if (PageLRU(page)) {
		pr_info("where: page cache\n");
	} else if (PageReserved(page)) {
		pr_info("where: %pS\n", image_address(address));
	} else {
		pr_info("where:");
		mem_dump_obj(phys_to_virt(address));
	}
	rcu_read_unlock();
}

static int address_set(const char *text, const struct kernel_param *kp)
{
	phys_addr_t address;
	int err = kstrtoull(text, 0, &address);

	if (err)
		return err;
	if (!address) {
		rcu_barrier();
		return 0;
	}
	if (!pfn_valid(PHYS_PFN(address)))
		return -EFAULT;
	tell(address);
	return 0;
}

static const struct kernel_param_ops address_ops = { .set = address_set };
module_param_cb(address, &address_ops, NULL, 0200);
MODULE_PARM_DESC(address, "physical address to tell about");

static int __init where_init(void)
{
	return 0;
}

static void __exit where_exit(void)
{
}

module_init(where_init);
module_exit(where_exit);
MODULE_DESCRIPTION("what is at a physical address");
MODULE_LICENSE("GPL");
