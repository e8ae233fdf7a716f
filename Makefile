# SPDX-License-Identifier: GPL-2.0-only
#
# sspseal. The targets of a newcomer:
#
#   make demo         boot a kernel in a VM, seal a file in it, unseal it again
#   make check        all tests, in a VM                  TEST=name for one
#   make check-debug  the same tests on a kernel that looks for faults
#   make check-all    all of that on every kernel, and fuzzing, as a table
#   make shell        a prompt in a VM with the module loaded
#   make mutants      do the tests notice faults planted one by one?
#   make coverage     which lines of module and library do the tests execute?
#   make fuzz         random calls on the module, TIME=seconds
#   make soak         everything at random, verified      MINUTES=60
#   make fuzz-user    random input for library and tool, TIME=seconds
#   make lint         static checks                       TEST=name for one
#   make bench        what messages cost                  TEST=row for one
#
# and of who wants to use it here:
#
#   make              module for the running kernel (KDIR), library, tool and pages
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
MANDIR	?= $(PREFIX)/share/man

export BUILD KERNEL KDIR TEST FILE TIME SEED INPUT TARGET LIST MINUTES LIFE
# Tool chains set HOST in the environment: it counts on the command line only.
ifeq ($(origin HOST),command line)
export HOST
else
unexport HOST
endif

MODULE	:= $(BUILD)/kmod/$(RELEASE)/sspseal.ko
MODDIR	:= $(DESTDIR)/lib/modules/$(RELEASE)/updates

all: module userlib tools man

module:
	selftests/build-module.sh $(KDIR) $(MODULE)

userlib:
	$(MAKE) -C userlib BUILD=$(BUILD)/userlib PREFIX=$(PREFIX)

tools: userlib
	$(MAKE) -C tools BUILD=$(BUILD)/tools LIB=$(BUILD)/userlib \
		PREFIX=$(PREFIX)

# Made of the headers: no page can differ from them.
man:
	Documentation/man/pages.py $(BUILD)/man

demo:
	selftests/demo.sh

check:
	selftests/check.sh

check-debug:
	KERNEL=debug selftests/check.sh --tests

check-all:
	selftests/check-all.sh

coverage:
	selftests/coverage.sh

# TIME=seconds, SEED=number, INPUT=file: see there.
fuzz:
	selftests/fuzz.sh

# TIME=seconds each, INPUT=file, TARGET=name: see there.
fuzz-user:
	selftests/fuzz-user.sh

# MINUTES=number, SEED=number, LIFE=what a report names.
soak:
	selftests/soak.sh

crowd:
	selftests/soak.sh crowd

shell:
	selftests/shell.sh

mutants:
	selftests/mutants.sh $(TEST)

# The programs that the documentation shows.
examples: userlib
	mkdir -p $(BUILD)/examples
	for program in Documentation/examples/*.c; do \
		$(CC) -std=gnu11 -O2 -Wall -Wextra $(if $(WERROR),-Werror) -Iuserlib/include -Iuapi \
			-o $(BUILD)/examples/$$(basename $$program .c) $$program \
			-L$(BUILD)/userlib -lsspseal || exit; \
	done

bench:
	selftests/bench/bench.sh

lint:
	selftests/lint.sh $(TEST)

# Does lint notice?
lint-selftest:
	selftests/lint/selftest.sh

install: all
	install -D -m 644 $(MODULE) $(MODDIR)/sspseal.ko
	$(MAKE) -C userlib install BUILD=$(BUILD)/userlib PREFIX=$(PREFIX)
	$(MAKE) -C tools install BUILD=$(BUILD)/tools LIB=$(BUILD)/userlib \
		PREFIX=$(PREFIX)
	cd $(BUILD)/man && for page in *; do \
		dir=$(DESTDIR)$(MANDIR)/man$${page##*.}; \
		install -d $$dir && cp -P $$page $$dir || exit; \
	done
	$(if $(DESTDIR),,depmod -a $(RELEASE) && ldconfig)

uninstall: man
	rm -f $(MODDIR)/sspseal.ko
	cd $(BUILD)/man && for page in *; do \
		rm -f $(DESTDIR)$(MANDIR)/man$${page##*.}/$$page; \
	done
	$(MAKE) -C userlib uninstall PREFIX=$(PREFIX)
	$(MAKE) -C tools uninstall PREFIX=$(PREFIX)
	$(if $(DESTDIR),,depmod -a $(RELEASE) && ldconfig)

clean:
	rm -rf $(BUILD)

.PHONY: all module userlib tools man demo check lint lint-selftest shell mutants \
	bench examples install uninstall clean
.PHONY: fuzz-user check-debug check-all coverage fuzz soak crowd
