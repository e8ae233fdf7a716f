// SPDX-License-Identifier: GPL-2.0-only
/*
 * abi_fuzz SECONDS SEED < CORPUS: runs the programs of CORPUS, and then for
 * SECONDS programs made from them. With 0 seconds those of CORPUS only, each
 * reported: so one that failed is repeated.
 *
 * A program is a line: its steps in hexadecimal. Output lines begin with
 *   > what is run next: written before it is run, as a crash leaves nothing
 *   + it reached something new
 *   ! something was found
 *   # a report; the last one ends "N executions, N edges, N findings"
 *
 * Exit status 1 after a finding, or if a command never succeeded in a run that was
 * long enough; 2 if nothing guides it, or CORPUS has no
 * program.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fuzz.h"

#define CORPUS_MAX	4096
#define GROUP		32
#define REPORT		10
/* Seconds in which every command can be expected to succeed. */
#define LONG_ENOUGH	300

static struct program *corpus;
static unsigned int nr_corpus;
static unsigned long executions;
static __u64 state;

/* xorshift64*: the same programs from the same seed. */
__u64 random64(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dULL;
}

static unsigned int below(unsigned int limit)
{
	return random64() % limit;
}

/* ---- programs as text ---- */

static void print_program(char what, const struct program *p)
{
	const __u8 *bytes = (const __u8 *)p->step;
	size_t i;

	printf("%c ", what);
	for (i = 0; i < p->nr * sizeof(p->step[0]); i++)
		printf("%02x", bytes[i]);
	putchar('\n');
}

static bool parse_program(const char *line, struct program *p)
{
	char byte[3] = "";
	size_t digits, i, size;

	line += strspn(line, ">+! ");
	digits = strspn(line, "0123456789abcdef");
	size = digits / 2;
	p->nr = size / sizeof(p->step[0]);
	if (!p->nr || p->nr > STEPS_MAX || size % sizeof(p->step[0]))
		return false;
	for (i = 0; i < size; i++) {
		memcpy(byte, line + 2 * i, 2);
		((__u8 *)p->step)[i] = strtoul(byte, NULL, 16);
	}
	return true;
}

/* ---- new programs from old ones ---- */

static void random_step(struct step *s)
{
	__u64 bits = random64();

	memcpy(s, &bits, sizeof(bits));
	/* Most steps are as they should be, or odd in one way, and meet no fault. */
	if (below(4))
		s->how &= 0x01;
	else if (below(2))
		s->how &= 0x01 | 1 << below(8);
	if (below(4))
		s->op &= ~WITH_FAULT;
	s->value = random64() >> below(64);
}

static void insert_step(struct program *p, unsigned int at,
			const struct step *s)
{
	if (p->nr == STEPS_MAX)
		return;
	memmove(&p->step[at + 1], &p->step[at],
		(p->nr - at) * sizeof(p->step[0]));
	p->step[at] = *s;
	p->nr++;
}

static void remove_step(struct program *p, unsigned int at)
{
	if (p->nr == 1)
		return;
	p->nr--;
	memmove(&p->step[at], &p->step[at + 1],
		(p->nr - at) * sizeof(p->step[0]));
}

static void change_byte(struct step *s)
{
	__u8 *byte = (__u8 *)s + below(sizeof(*s));

	if (below(2))
		*byte ^= 1 << below(8);
	else
		*byte = random64();
}

static void mutate_once(struct program *p)
{
	const struct program *other = &corpus[below(nr_corpus)];
	unsigned int at = below(p->nr);
	struct step step;

	switch (below(6)) {
	case 0:
		random_step(&step);
		insert_step(p, below(p->nr + 1), &step);
		break;
	case 1:
		remove_step(p, at);
		break;
	case 2:
		step = p->step[at];
		insert_step(p, below(p->nr + 1), &step);
		break;
	case 3:
		insert_step(p, at, &other->step[below(other->nr)]);
		break;
	default:
		change_byte(&p->step[at]);
	}
}

static void make_program(struct program *p)
{
	unsigned int changes = 1 + below(8);

	*p = corpus[below(nr_corpus)];
	while (changes--)
		mutate_once(p);
}

/* ---- running ---- */

static void report(void)
{
	printf("# %lu executions, %u edges, %lu findings, corpus of %u\n",
	       executions, kcov_edges(), oracle_findings(), nr_corpus);
	fflush(stdout);
}

static void run(const struct program *p, bool keep)
{
	unsigned long findings = oracle_findings();

	program_run(p);
	executions++;
	if (oracle_findings() != findings)
		print_program('!', p);
	if (!kcov_news())
		return;
	print_program('+', p);
	if (keep && nr_corpus < CORPUS_MAX)
		corpus[nr_corpus++] = *p;
}

/* Told to the outside before it is run. */
static void run_group(void)
{
	static struct program group[GROUP];
	unsigned int i;

	puts("> new group");
	for (i = 0; i < GROUP; i++) {
		make_program(&group[i]);
		print_program('>', &group[i]);
	}
	fflush(stdout);
	for (i = 0; i < GROUP; i++)
		run(&group[i], true);
}

static void read_corpus(void)
{
	static char line[2 * sizeof(struct program) + 16];

	while (nr_corpus < CORPUS_MAX && fgets(line, sizeof(line), stdin)) {
		if (*line == '#' || *line == '\n')
			continue;
		if (!parse_program(line, &corpus[nr_corpus++])) {
			fprintf(stderr, "no program: %.60s\n", line);
			exit(1);
		}
	}
}

static void run_corpus(void)
{
	unsigned int i;

	puts("> new group");
	for (i = 0; i < nr_corpus; i++) {
		print_program('>', &corpus[i]);
		fflush(stdout);
		run(&corpus[i], false);
	}
}

static void print_tally(void)
{
	const struct tally *t;

	for (t = program_tally(); t->name; t++)
		printf("# %-8s %lu calls, %lu successful\n", t->name, t->calls,
		       t->successes);
}

/* The last of the tally is not a command; of the faults some have to be met. */
static bool all_succeeded(void)
{
	const struct tally *t;
	bool all = true;

	for (t = program_tally(); t[1].name; t++) {
		if (t->successes)
			continue;
		fprintf(stderr, "%s never succeeded\n", t->name);
		all = false;
	}
	return all;
}

int main(int argc, char **argv)
{
	time_t begin = time(NULL), end, next;

	if (argc != 3) {
		fprintf(stderr, "usage: abi_fuzz SECONDS SEED < CORPUS\n");
		return 2;
	}
	state = strtoull(argv[2], NULL, 0) | 1;
	corpus = calloc(CORPUS_MAX, sizeof(*corpus));
	read_corpus();
	if (!nr_corpus) {
		fprintf(stderr, "there is no program in CORPUS\n");
		return 2;
	}
	program_init();
	kcov_init();
	end = time(NULL) + atol(argv[1]);
	run_corpus();
	printf("# corpus: %ld s\n", (long)(time(NULL) - begin));
	if (!kcov_edges()) {
		fprintf(stderr, "no KCOV of the module: nothing guides it\n");
		return 2;
	}
	for (next = 0; time(NULL) < end;) {
		run_group();
		if (time(NULL) >= next) {
			report();
			next = time(NULL) + REPORT;
		}
	}
	print_tally();
	report();
	printf("# %lu executions, %u edges, %lu findings\n", executions,
	       kcov_edges(), oracle_findings());
	if (atol(argv[1]) >= LONG_ENOUGH && !all_succeeded())
		return 1;
	return oracle_findings() != 0;
}
