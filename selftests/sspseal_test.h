/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of sspseal share: raw calls, contexts, messages, and the rule
 * that a refusal changes nothing. Needs neither OpenSSL nor the library.
 */
#ifndef SSPSEAL_TEST_H
#define SSPSEAL_TEST_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/sspseal.h>

/* Every output is filled with this before a call. */
#define POISON		0xcc
#define POISON32	0xccccccccU
/* What call() and refused() return when the kernel broke a rule of theirs. */
#define BROKEN		(-100000)

#define TOKEN		SSPSEAL_BUFFER_TOKEN
#define DATA		SSPSEAL_BUFFER_DATA
#define STREAM		SSPSEAL_BUFFER_STREAM
#define PADDING		SSPSEAL_BUFFER_PADDING
#define READONLY	SSPSEAL_BUFFER_READONLY
#define RWC		SSPSEAL_BUFFER_READONLY_WITH_CHECKSUM
#define TOKEN_SIZE	SSPSEAL_TOKEN_SIZE
/* x86's. */
#define PAGE		4096

#define ALL_SERVICES	(SSPSEAL_CONFIDENTIALITY | SSPSEAL_INTEGRITY | \
			 SSPSEAL_REPLAY_DETECT | SSPSEAL_SEQUENCE_DETECT)

#define TEST_KEY_SIZE	32
extern const __u8 test_key[SSPSEAL_KEY_MAX];

/* A new file of the device, close-on-exec. */
int device_open(void);

/* The -errno that belongs to a status, 1 if the status is not known. */
int status_errno(__u32 status);

/**
 * call - an ioctl, and what the ABI promises of each
 * @fd: the file
 * @cmd: SSPSEAL_*
 * @arg: its struct
 *
 * Return: the status; -errno if the kernel wrote no status; BROKEN if status and
 * errno do not belong together.
 */
int call(int fd, unsigned long cmd, void *arg);

/**
 * refused - a message call that must fail and must leave no trace
 * @fd: the file
 * @cmd: SSPSEAL_SEAL, UNSEAL, SIGN or VERIFY
 * @m: the message; all memory that it points to must be readable
 *
 * Return: as call(); BROKEN also if the call succeeded, or if a buffer, the
 * array, the struct, or a counter of the context has changed.
 */
int refused(int fd, unsigned long cmd, struct sspseal_message *m);

/**
 * command_refused - a command on handles that must fail and must leave no trace
 * @fd: the file
 * @cmd: SSPSEAL_CREATE, DESTROY, BIND, EXPORT or IMPORT
 * @arg: its struct
 * @handle: a context that it must leave alone, 0 for none
 *
 * Return: as call(); BROKEN also if the call succeeded, or if the struct, what
 * QUERY says of the context, or the number of the file's handles or of the
 * process's descriptors has changed.
 */
int command_refused(int fd, unsigned long cmd, void *arg, __u32 handle);

/* Contexts. create_*() give the handle, or 0 on failure. */
struct sspseal_create create_args(__u32 role, __u32 services);
__u32 create_context(int fd, __u32 role, __u32 services);
__u32 create_native(int fd, __u32 role, __u32 services, __u32 flags,
		    struct sspseal_native *native);
int destroy(int fd, __u32 handle);
/* For a context made with UNBOUND; with AES-256-GCM and no binding. */
struct sspseal_bind bind_args(__u32 handle, __u32 services,
			      const __u8 *peer_salt);
struct sspseal_export export_args(__u32 handle, __u32 rights);
struct sspseal_import import_args(int from, __u32 source);
/* The exported file's descriptor, or -1; the handle that IMPORT gave, or 0. */
int export_handle(int fd, __u32 handle, __u32 rights);
__u32 import_handle(int fd, int from, __u32 source);
int query(int fd, __u32 handle, struct sspseal_query *q);
int info(int fd, __u32 suite, struct sspseal_info *i);
/* Numbers used for sending and messages accepted, -1 on failure. */
__s64 sent(int fd, __u32 handle);
__s64 received(int fd, __u32 handle);

/* Messages. */
struct sspseal_buffer buffer(__u32 type, void *ptr, size_t cb);
struct sspseal_message message(__u32 handle, struct sspseal_buffer *b,
			       __u32 nr);
/* call() with a message of these buffers, qop and sequence 0. */
int message_call(int fd, unsigned long cmd, __u32 handle,
		 struct sspseal_buffer *b, __u32 nr);
int message_refused(int fd, unsigned long cmd, __u32 handle,
		    struct sspseal_buffer *b, __u32 nr);
/* A message of one TOKEN and one DATA. */
int simple_call(int fd, unsigned long cmd, __u32 handle, void *token,
		void *data, size_t cb);
int simple_refused(int fd, unsigned long cmd, __u32 handle, void *token,
		   void *data, size_t cb);
/* SEAL with one handle, UNSEAL with another: does the same arrive? */
bool carries(int from, __u32 sender, int to, __u32 receiver);

/* Big-endian numbers of a token. */
__u64 token_counter(const __u8 *token);
__u32 token_sequence(const __u8 *token);

/* Bytes that look random, the same in every run of a thread. */
void fill(void *p, size_t size);
__u32 pick(__u32 below);
/* Others from here on. @seed: not 0 */
void pick_seed(__u64 seed);
/* Does memory consist of this byte only? */
bool all_bytes(const void *p, int byte, size_t size);

/*
 * Is this machine the tests' own, as their VM is? Who sets its clock, changes the
 * module's parameters or ends the contexts of all asks before.
 */
bool own_machine(void);
#define OWN_MACHINE	"concerns all of the machine"

/* May the module be unloaded, and be loaded again as it was? If host.sh loaded it. */
bool module_is_ours(void);
bool module_load(const char *file, const char *parameters);
/* Who has just closed a file of it may have it a moment longer. */
bool module_unload(const char *name);
/* Ours, as it was. */
bool module_restore(void);

/* A number in /sys/module/sspseal/parameters: -1 if it is not there. */
long parameter_get(const char *name);
bool parameter_set(const char *name, long value);

/* How many times longer anything takes here than on a usual kernel: TEST_SLOWNESS. */
unsigned int slowness(void);
/* How often to do what is done that often on a usual kernel, to meet by chance. */
unsigned int rounds(unsigned int usual);

/* Writes a text to a file that is there, in one piece. */
bool file_write(const char *path, const char *text);

/* CPUs that there may ever be, 0 if that is not to be read. */
unsigned int possible_cpus(void);

/* The fdinfo of a file; handles beyond what fits are cut off. */
#define FDINFO_SIZE	16384
bool fdinfo_read(int fd, char text[FDINFO_SIZE]);

/* A number in the fdinfo of an sspseal file, -1 if it is not there. */
long fdinfo_number(int fd, const char *name);
/* How many the process has. Needs none to find out. */
unsigned int descriptors(void);

/*
 * Memory before a page that cannot be touched: @size bytes that end exactly
 * there. fence() gives that page's address; a page lies before it.
 */
void *before_fence(size_t size);
void *fence(void);
/* Memory that can be read only, with @size bytes of @from. */
void *make_readonly(const void *from, size_t size);
/* Memory of zeroes that children share. */
void *make_shared(size_t size);

/* A CLOCK_REALTIME second that comes when a few calls were made. */
__u64 soon(void);
/* Until this CLOCK_REALTIME second has begun. */
void sleep_until(__u64 second);

/* A child's exit status, or minus the signal that ended it. */
int child_status(pid_t child);
/* A descriptor goes through a socket. receive_fd() gives -1 on failure. */
bool send_fd(int socket, int fd);
int receive_fd(int socket);

/*
 * Threads that begin at the same moment, each with a job. They report in their
 * jobs: only the test itself judges.
 */
#define TEAM_MAX	16
struct team {
	/* Private: */
	unsigned int nr;
	pthread_barrier_t start;
	struct team_member {
		struct team *team;
		pthread_t thread;
		void (*work)(void *job);
		void *job;
	} member[TEAM_MAX];
};

/* @jobs: an array of @nr jobs, each @size bytes long. */
bool team_start(struct team *team, void *jobs, size_t size, unsigned int nr,
		void (*work)(void *job));
void team_join(struct team *team);
/* Both. */
bool team_run(void *jobs, size_t size, unsigned int nr,
	      void (*work)(void *job));

/**
 * struct sealer - the job of a thread that seals until it is refused
 * @fd: where
 * @handle: with what
 * @most: it ends after so many messages; 0 for no such end
 * @numbers: room for the numbers of @most messages, or NULL
 * @ended: set by the test when no call that begins later may succeed, or NULL
 * @done: out: messages sealed
 * @late: out: those of them that began when @ended was set
 * @status: out: of the last call
 */
struct sealer {
	int fd;
	__u32 handle;
	unsigned int most;
	__u64 *numbers;
	const bool *ended;
	unsigned int done;
	unsigned int late;
	int status;
};

void seal_on(void *sealer);
/* Are these the numbers from 0 to @nr - 1, each of them once? */
bool each_once(const __u64 *numbers, unsigned int nr);
/* Waits until each of them has sealed a message more, 10 s at most. */
bool sealers_at_work(const struct sealer *sealers, unsigned int nr);

/* Of memory of its own. NULL if there is none. */
void *page_new(void);
/*
 * Memory whose pages are not there yet: who touches one, the kernel too, waits
 * until page_give() brings it, or until the descriptor is closed and all of them
 * are zero.
 */
int pages_missing(void *start, size_t size);
/* How many have begun to wait since the last call. */
unsigned int pages_wanted(int fd);
/* Waits until so many wait, for ten seconds at most. */
bool pages_await(int fd, unsigned int nr);
bool page_give(int fd, void *page, const void *content);

/* A handler that does nothing: the signal interrupts a call, and that is all. */
bool signal_catch(int number);
/*
 * A thread that does @work is caught where it touches @page, which is missing until
 * then, gets a signal there, and then the page with @content. It has ended.
 */
bool interrupt_at(void *(*work)(void *job), void *job, void *page,
		  const void *content);

/*
 * A page that is there, and can be protected: who writes to it then, the kernel too,
 * waits until it is not any more. The descriptor is one for the calls above.
 */
int page_watch(void *page);
bool page_protect(int fd, void *page, bool on);

/**
 * struct waiting_call - a thread's one call, which waits for such a page
 * @fd: where
 * @cmd: SSPSEAL_*
 * @arg: its struct
 * @error: out: 0 or -errno
 */
struct waiting_call {
	int fd;
	unsigned long cmd;
	void *arg;
	int error;
	/* Private: */
	struct team team;
};

/* Returns when it waits for @pages. To be ended by call_end(), when it can go on. */
bool call_begin(struct waiting_call *w, int pages);
int call_end(struct waiting_call *w);

/*
 * The same of a message whose DATA is in such a page: b[0] is @token, which may be
 * filled before, b[1] is DATA.
 */
struct waiting_message {
	__u8 token[TOKEN_SIZE];
	/* Private: */
	struct sspseal_buffer b[2];
	struct sspseal_message m;
	struct waiting_call call;
};

bool message_begin(struct waiting_message *w, int fd, unsigned long cmd,
		   __u32 handle, void *data, size_t cb, int pages);
/* The page comes, with @content. Gives the status. */
int message_end(struct waiting_message *w, int pages, const void *content);

/* How many files hold the module, -1 if it is no module. */
long references(void);
/* What is closed elsewhere may be so a moment later: ten seconds at most. */
bool references_become(long nr);
/*
 * With room for two contexts, are two there as soon as those before have gone? True
 * where the parameter cannot be changed.
 */
bool no_context_is_left(void);

#endif /* SSPSEAL_TEST_H */
