# SPDX-License-Identifier: GPL-2.0-only
#
# sspseal. The targets of a newcomer:
#
#   make demo         boot a kernel in a VM, seal a file in it, unseal it again
#   make check        all tests, in a VM                  TEST=name for one
#   make shell        a prompt in a VM with the module loaded
#   make mutants      do the tests notice faults planted one by one?
#   make lint         static checks                       TEST=name for one
#   make bench        what messages cost                  TEST=row for one
#
# and of who wants to use it here:
#
#   make              module for the running kernel (KDIR), library and tool
#   make install      all of them                         DESTDIR, PREFIX
#   make uninstall
#
# With HOST=1 demo, check and bench use the running kernel instead of a VM. KERNEL
# chooses the kernel of the VM: a label that selftests/vm/kernel.sh knows.

BUILD	?= $(CURDIR)/build
KERNEL	?= 6.1
RELEASE	?= $(shell uname -r)
KDIR	?= /lib/modules/$(RELEASE)/build
PREFIX	?= /usr/local

export BUILD KERNEL KDIR TEST FILE
# Tool chains set HOST in the environment: it counts on the command line only.
ifeq ($(origin HOST),command line)
export HOST
else
unexport HOST
endif

MODULE	:= $(BUILD)/kmod/$(RELEASE)/sspseal.ko
MODDIR	:= $(DESTDIR)/lib/modules/$(RELEASE)/updates

all: module userlib tools

module:
	selftests/build-module.sh $(KDIR) $(MODULE)

userlib:
	$(MAKE) -C userlib BUILD=$(BUILD)/userlib PREFIX=$(PREFIX)

tools: userlib
	$(MAKE) -C tools BUILD=$(BUILD)/tools LIB=$(BUILD)/userlib \
		PREFIX=$(PREFIX)

demo:
	selftests/demo.sh

check:
	selftests/check.sh

shell:
	selftests/shell.sh

mutants:
	selftests/mutants.sh $(TEST)

# The programs that the documentation shows.
examples: userlib
	mkdir -p $(BUILD)/examples
	for program in Documentation/examples/*.c; do \
		$(CC) -std=gnu11 -O2 -Wall -Wextra -Werror -Iuserlib/include -Iuapi \
			-o $(BUILD)/examples/$$(basename $$program .c) $$program \
			-L$(BUILD)/userlib -lsspseal || exit; \
	done

bench:
	selftests/bench/bench.sh

lint:
	selftests/lint.sh $(TEST)

install: all
	install -D -m 644 $(MODULE) $(MODDIR)/sspseal.ko
	$(MAKE) -C userlib install BUILD=$(BUILD)/userlib PREFIX=$(PREFIX)
	$(MAKE) -C tools install BUILD=$(BUILD)/tools LIB=$(BUILD)/userlib \
		PREFIX=$(PREFIX)
	$(if $(DESTDIR),,depmod -a $(RELEASE) && ldconfig)

uninstall:
	rm -f $(MODDIR)/sspseal.ko
	$(MAKE) -C userlib uninstall PREFIX=$(PREFIX)
	$(MAKE) -C tools uninstall PREFIX=$(PREFIX)
	$(if $(DESTDIR),,depmod -a $(RELEASE) && ldconfig)

clean:
	rm -rf $(BUILD)

.PHONY: all module userlib tools demo check lint shell mutants bench examples \
	install uninstall clean
