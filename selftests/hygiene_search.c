// SPDX-License-Identifier: GPL-2.0-only
/*
 * hygiene_search MEMORY SOCKET KERNEL: outside the VM, looks for the keys of hygiene.c
 * in the file that is the VM's memory. What the kernel derives from them is computed
 * with OpenSSL, in all forms in which code of the kernel may have held it.
 *
 * Speaks TAP. What is found where nothing should be is told as "# RESIDUE", or as
 * "# STRAY" while it is in use elsewhere.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <fcntl.h>
#include <openssl/aes.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "hygiene.h"
#include "openssl_peer.h"

#define PIECE		16
#define NEEDLES		4096
#define PLACES		8192
#define PAGE_MASK	(~0xfffUL)

/* What the VM told. */
static __u8 session_key[SESSIONS][SESSION_KEY], text[TEXT];
static __u8 salts[SESSIONS][2][SSPSEAL_SALT_SIZE];

/* ---- what is looked for ---- */

enum kind {
	KEY, TEXT_PIECE, PRK, PRK_STATE, CIPHER_KEY, HASH_KEY, ONE_TIME_KEY,
	KINDS
};

static const char *const kind_names[KINDS] = {
	[KEY] = "session key",
	[TEXT_PIECE] = "message",
	[PRK] = "key that others are derived from",
	[PRK_STATE] = "HMAC's state with that key",
	[CIPHER_KEY] = "key of a cipher",
	[HASH_KEY] = "power of GHASH's key",
	[ONE_TIME_KEY] = "Poly1305's key",
};

static struct needle {
	__u8 bytes[PIECE];
	enum kind kind;
	unsigned int session;
	const char *form;
	/* How often a context may have it. */
	unsigned int copies;
	unsigned int in_slabs;
} needles[NEEDLES];
static unsigned int nr_needles;

/* Of a needle's first four bytes. */
static __u8 filter[1 << 16];

static unsigned int hash(const __u8 *p)
{
	__u32 word;

	memcpy(&word, p, sizeof(word));
	return word * 0x9e3779b1U >> 16;
}

static struct needle *add_piece(enum kind kind, unsigned int session,
				const char *form, const void *bytes)
{
	struct needle *n = &needles[nr_needles++];

	if (nr_needles > NEEDLES)
		abort();
	memcpy(n->bytes, bytes, PIECE);
	n->kind = kind;
	n->session = session;
	n->form = form;
	n->copies = 1;
	filter[hash(n->bytes)] = 1;
	return n;
}

/* The first of SHA-256's constants: FIPS 180-4, 4.2.2. */
static const __u32 constants[] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
	0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
};

/*
 * As it is; and, wherever a block begins, as GHASH and SHA-256 have what they read,
 * the first in the opposite order, the second in words.
 */
static void add_text(void)
{
	__u8 reversed[PIECE], words[PIECE];
	unsigned int at, i;

	for (at = 0; at + PIECE <= TEXT; at++) {
		for (i = 0; i < PIECE; i++) {
			reversed[i] = text[at + PIECE - 1 - i];
			words[i] = text[at + (i ^ 3)];
		}
		add_piece(TEXT_PIECE, 0, "reversed", reversed);
		add_piece(TEXT_PIECE, 0, "words", words);
		if (!(at % PIECE))
			add_piece(TEXT_PIECE, 0, "as it is", text + at);
	}
}

/*
 * As it is; and as the words of a block that SHA-256 reads, alone and with the
 * constants added, as its fast implementations have them on the stack. The first of
 * these is returned: that of the secret's begin, as it is.
 */
static struct needle *add_secret(enum kind kind, unsigned int session,
				 const __u8 *secret, size_t size)
{
	struct needle *first = &needles[nr_needles];
	__u32 words[8], sums[8];
	unsigned int i;
	size_t at;

	for (at = 0; at + PIECE <= size; at += PIECE)
		add_piece(kind, session, "as it is", secret + at);
	for (i = 0; i < 8 && 4 * i < size; i++) {
		memcpy(&words[i], secret + 4 * i, 4);
		words[i] = be32toh(words[i]);
		sums[i] = words[i] + constants[i];
	}
	for (at = 0; at + 4 <= i; at += 4) {
		add_piece(kind, session, "words", words + at);
		add_piece(kind, session, "words and constants", sums + at);
	}
	return first;
}

/* ---- what the kernel derives ---- */

/* Whoever has these two need not have the PRK. */
static void add_prk(unsigned int session, const __u8 *prk)
{
	static const __u8 pads[] = { 0x36, 0x5c };
	__u8 block[SHA256_CBLOCK];
	unsigned int i, k;
	SHA256_CTX sha;

	add_secret(PRK, session, prk, 32);
	for (k = 0; k < sizeof(pads); k++) {
		memset(block, pads[k], sizeof(block));
		for (i = 0; i < 32; i++)
			block[i] ^= prk[i];
		add_secret(PRK, session, block, 32);
		sha256_init(&sha);
		sha256_transform(&sha, block);
		for (i = 0; i < 8; i += 4)
			add_piece(PRK_STATE, session, "words", &sha.h[i]);
	}
}

#define u128		unsigned __int128

/* NIST SP 800-38D, 6.3: the highest bit is that of x to the 0. */
static u128 multiply(u128 a, u128 b)
{
	u128 product = 0;
	unsigned int i;

	for (i = 0; i < 128; i++) {
		if (a >> (127 - i) & 1)
			product ^= b;
		b = b >> 1 ^ (b & 1 ? (u128)0xe1 << 120 : 0);
	}
	return product;
}

/* In the forms that the implementations of x86 have it. They multiply by H times x. */
static void add_power(unsigned int session, u128 power)
{
	u128 bytes = 0, times_x = power << 1;
	unsigned int i;

	for (i = 0; i < PIECE; i++)
		bytes = bytes << 8 | (power >> 8 * i & 0xff);
	if (power >> 127)
		times_x ^= (u128)0xc200000000000000ULL << 64 | 1;
	add_piece(HASH_KEY, session, "as it is", &bytes);
	add_piece(HASH_KEY, session, "reversed", &power);
	add_piece(HASH_KEY, session, "reversed, times x", &times_x);
}

/* As many as any of these implementations has: each gives H away. */
#define POWERS		16

static void add_powers(unsigned int session, const __u8 *bytes)
{
	u128 h = 0, power;
	unsigned int i;

	for (i = 0; i < PIECE; i++)
		h = h << 8 | bytes[i];
	for (power = h, i = 0; i < POWERS; i++) {
		add_power(session, power);
		power = multiply(power, h);
	}
}

/* The keys of the first round and of the last one are decryption's, too. */
static void add_aes(unsigned int session, const __u8 *key, unsigned int size)
{
	static const __u8 zeroes[PIECE];
	__u8 h[PIECE];
	AES_KEY aes;
	int i;

	AES_set_encrypt_key(key, 8 * size, &aes);
	AES_encrypt(zeroes, h, &aes);
	add_powers(session, h);
	add_secret(CIPHER_KEY, session, key, size)->copies = 2;
	for (i = size / PIECE; i < aes.rounds; i++)
		add_piece(CIPHER_KEY, session, "expanded", aes.rd_key + 4 * i);
	add_piece(CIPHER_KEY, session, "expanded", aes.rd_key + 4 * i)->copies = 2;
}

/* Of one message: RFC 8439, 2.6. The half that is multiplied by is there clamped, too. */
static void add_one_time_key(unsigned int session, const struct peer_key *key,
			     unsigned int number)
{
	static const __u8 clamp[PIECE] = {
		255, 255, 255, 15, 252, 255, 255, 15,
		252, 255, 255, 15, 252, 255, 255, 15,
	};
	__u8 counter[PIECE] = { 0 }, bytes[2 * PIECE] = { 0 };
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	unsigned int i;
	int n;

	memcpy(counter + 4, key->iv, sizeof(key->iv));
	counter[PIECE - 1] ^= number;
	if (!ctx || !EVP_EncryptInit_ex2(ctx, EVP_chacha20(), key->key, counter,
					 NULL) ||
	    !EVP_EncryptUpdate(ctx, bytes, &n, bytes, sizeof(bytes)))
		abort();
	EVP_CIPHER_CTX_free(ctx);
	add_secret(ONE_TIME_KEY, session, bytes, sizeof(bytes));
	for (i = 0; i < PIECE; i++)
		bytes[i] &= clamp[i];
	add_piece(ONE_TIME_KEY, session, "clamped", bytes);
}

/* OpenSSL's end derives a key when it has something to do with it. */
static void add_direction(struct peer *peer, unsigned int session,
			  unsigned int sender)
{
	__u32 suite = hygiene_sessions[session].suite;
	unsigned int size = suite == SSPSEAL_SUITE_AES_128_GCM ? 16 : 32;
	__u8 token[SSPSEAL_TOKEN_SIZE] = { 1, suite };
	unsigned int number;

	token[TOKEN_AT_FLAGS] = sender ? TOKEN_ACCEPTOR : 0;
	memcpy(token + TOKEN_AT_SALT, salts[session][sender],
	       SSPSEAL_SALT_SIZE);
	memset(peer->keys, 0, sizeof(peer->keys));
	peer->next_key = 0;
	if (!peer_tag(peer, token, NULL, 0))
		abort();
	if (suite != SSPSEAL_SUITE_CHACHA20_POLY1305) {
		add_aes(session, peer->keys[0].key, size);
		return;
	}
	add_secret(CIPHER_KEY, session, peer->keys[0].key, size);
	for (number = 0; number < MESSAGES; number++)
		add_one_time_key(session, &peer->keys[0], number);
}

static void add_derived(unsigned int session)
{
	static struct peer peer;
	__u8 binding[BINDING];
	unsigned int at;

	if (!peer_init(&peer, SSPSEAL_ROLE_INITIATOR, session_key[session],
		       SESSION_KEY))
		abort();
	memcpy(peer.salt, salts[session][0], sizeof(peer.salt));
	for (at = 0; at < BINDING; at += TEXT)
		memcpy(binding + at, text, TEXT);
	if (hygiene_sessions[session].bound)
		peer_bind(&peer, salts[session][1], binding, BINDING);
	add_prk(session, peer.prk);
	add_direction(&peer, session, 0);
	add_direction(&peer, session, 1);
}

/* ---- searching ---- */

static const __u8 *memory;
static size_t memory_size;

static struct place {
	size_t at;
	struct needle *needle;
	char what[160];
	bool was_stack;
} places[PLACES];
static unsigned int nr_places;

/* Pages that were a kernel stack when something was found there. */
static size_t stacks[PLACES];
static unsigned int nr_stacks;

static void look_at(size_t at)
{
	unsigned int i;

	for (i = 0; i < nr_needles; i++) {
		if (memcmp(memory + at, needles[i].bytes, PIECE))
			continue;
		if (nr_places == PLACES)
			abort();
		places[nr_places++] = (struct place) {
			.at = at, .needle = &needles[i],
		};
	}
}

static void search(void)
{
	size_t at;

	nr_places = 0;
	for (at = 0; at + PIECE <= memory_size; at++)
		if (filter[hash(memory + at)])
			look_at(at);
}

/* ---- the VM ---- */

static FILE *from_vm, *to_vm;

static void connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), tries;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	for (tries = 0; tries < 600; tries++) {
		if (!connect(fd, (void *)&address, sizeof(address))) {
			from_vm = fdopen(fd, "r");
			to_vm = fdopen(dup(fd), "w");
			return;
		}
		usleep(100000);
	}
	perror("hygiene_search: no VM");
	exit(1);
}

static bool hear(char *line, size_t size)
{
	if (!fgets(line, size, from_vm))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

static bool was_stack(size_t at)
{
	unsigned int i;

	for (i = 0; i < nr_stacks; i++)
		if (stacks[i] == (at & PAGE_MASK))
			return true;
	return false;
}

static void ask(struct place *place)
{
	char line[512];

	fprintf(to_vm, "where %#zx\n", place->at);
	fflush(to_vm);
	if (!hear(line, sizeof(line)) || strncmp(line, "is ", 3))
		abort();
	snprintf(place->what, sizeof(place->what), "%.150s", line + 3);
	if (strstr(line, "kernel stack") && !was_stack(place->at)) {
		if (nr_stacks == PLACES)
			abort();
		stacks[nr_stacks++] = place->at & PAGE_MASK;
	}
	place->was_stack = was_stack(place->at);
}

/* ---- verdicts ---- */

#define VERDICTS	7
static unsigned int number, failures;

static void verdict(bool good, const char *name)
{
	failures += !good;
	printf("%sok %u hygiene.%s\n", good ? "" : "not ", ++number, name);
	fflush(stdout);
}

static bool found(enum kind kind, unsigned int session)
{
	unsigned int i;

	for (i = 0; i < nr_places; i++)
		if (places[i].needle->kind == kind &&
		    places[i].needle->session == session)
			return true;
	return false;
}

static void tell(const char *word, const struct place *place)
{
	printf("# %s: %s of session %u, %s, at %#zx: %s%s\n", word,
	       kind_names[place->needle->kind], place->needle->session,
	       place->needle->form, place->at, place->what,
	       place->was_stack ? " (a kernel stack)" : "");
}

/* Its release. */
static const char *kernel;

/*
 * The AES-GCM of 6.1, and of none after it, leaves powers of GHASH's key on the stack
 * of the thread that called it: see Documentation/security.rst.
 */
static bool is_known(const struct place *place)
{
	return !strncmp(kernel, "6.1.", 4) && place->was_stack &&
	       place->needle->kind == HASH_KEY;
}

/*
 * None of these kinds is anywhere, but where it is known to be. A session that is left
 * counts with the others only @at_the_end.
 */
static bool none(unsigned int kinds, bool at_the_end)
{
	bool good = true;
	unsigned int i;

	for (i = 0; i < nr_places; i++) {
		struct place *place = &places[i];

		if (!(kinds & 1U << place->needle->kind))
			continue;
		if (!at_the_end && hygiene_sessions[place->needle->session].left)
			continue;
		ask(place);
		tell(is_known(place) ? "known" : "RESIDUE", place);
		good = good && is_known(place);
	}
	return good;
}

/*
 * What the rest is: contexts and transforms, which are in slabs. Learns also which
 * pages are kernel stacks.
 */
static bool all_in_slabs(void)
{
	unsigned int i, in_slabs = 0;
	bool good = true;

	for (i = 0; i < nr_places; i++) {
		struct place *place = &places[i];

		ask(place);
		if (strstr(place->what, "slab kmalloc")) {
			place->needle->in_slabs++;
			in_slabs++;
			continue;
		}
		tell(is_known(place) ? "known" : "STRAY", place);
		good = good && is_known(place);
	}
	printf("# in use: %u pieces in slabs\n", in_slabs);
	return good;
}

/* Each end of a session has them. Who else had one in a slab would have one too many. */
static bool once_in_each_context(void)
{
	bool good = true;
	unsigned int i;

	for (i = 0; i < nr_needles; i++) {
		if (needles[i].in_slabs <= 2 * needles[i].copies)
			continue;
		printf("# TOO OFTEN: %s of session %u, %s: %u times\n",
		       kind_names[needles[i].kind], needles[i].session,
		       needles[i].form, needles[i].in_slabs);
		good = false;
	}
	return good;
}

static void stage_given(void)
{
	bool good = true;
	unsigned int i;

	for (i = 0; i < SESSIONS; i++)
		good = good && found(KEY, i);
	verdict(good && found(TEXT_PIECE, 0), "given_keys_are_found");
}

static void stage_used(void)
{
	bool good = true;
	unsigned int i;

	for (i = 0; i < SESSIONS; i++) {
		good = good && found(CIPHER_KEY, i);
		/* BIND zeroes what it does not need any more. */
		good = good && found(PRK, i) != hygiene_sessions[i].bound;
		/* Only GCM has one. */
		good = good && found(HASH_KEY, i) !=
		       (hygiene_sessions[i].suite ==
			SSPSEAL_SUITE_CHACHA20_POLY1305);
	}
	verdict(good, "derived_keys_are_found");
	verdict(none(1U << KEY | 1U << TEXT_PIECE | 1U << PRK_STATE |
		     1U << ONE_TIME_KEY, true),
		"session_keys_and_messages_are_gone");
	verdict(all_in_slabs(), "derived_keys_are_in_slabs_alone");
	verdict(once_in_each_context(), "once_in_each_context");
}

/* Those that were not destroyed have their keys still. */
static void stage_destroyed(void)
{
	bool good = true;
	unsigned int i;

	for (i = 0; i < SESSIONS; i++)
		good = good && found(CIPHER_KEY, i) == hygiene_sessions[i].left;
	verdict(none(~0U, false) && good, "nothing_after_destroy");
}

static void at_stage(const char *name)
{
	search();
	printf("# %s: %u places\n", name, nr_places);
	if (!strcmp(name, "given"))
		stage_given();
	else if (!strcmp(name, "used"))
		stage_used();
	else if (!strcmp(name, "destroyed"))
		stage_destroyed();
	else if (!strcmp(name, "exited"))
		verdict(none(~0U, true), "nothing_after_exit");
	fputs("go\n", to_vm);
	fflush(to_vm);
}

static void map_memory(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		perror(path);
		exit(1);
	}
	memory_size = st.st_size;
	memory = mmap(NULL, memory_size, PROT_READ, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED) {
		perror(path);
		exit(1);
	}
	close(fd);
}

static void read_bytes(const char *digits, __u8 *bytes, size_t size, __u8 mask)
{
	unsigned int value;

	for (; size--; digits += 2) {
		if (sscanf(digits, "%2x", &value) != 1)
			abort();
		*bytes++ = value ^ mask;
	}
}

/* @path: of the memory, which may be there later than the socket */
static void understand(const char *line, const char *path)
{
	unsigned int i = 0;
	char one[512] = "", two[512] = "";

	if (sscanf(line, "stage %511s", one) == 1) {
		if (!memory)
			map_memory(path);
		at_stage(one);
	} else if (sscanf(line, "key %u %511s", &i, one) == 2 && i < SESSIONS) {
		read_bytes(one, session_key[i], SESSION_KEY, MASK);
		add_secret(KEY, i, session_key[i], SESSION_KEY);
	} else if (sscanf(line, "text %511s", one) == 1) {
		read_bytes(one, text, TEXT, MASK);
		add_text();
	} else if (sscanf(line, "salts %u %511s %511s", &i, one, two) == 3 &&
		   i < SESSIONS) {
		read_bytes(one, salts[i][0], SSPSEAL_SALT_SIZE, 0);
		read_bytes(two, salts[i][1], SSPSEAL_SALT_SIZE, 0);
		add_derived(i);
	}
}

int main(int argc, char **argv)
{
	char line[1024];

	if (argc != 4) {
		fprintf(stderr, "usage: hygiene_search MEMORY SOCKET KERNEL\n");
		return 2;
	}
	kernel = argv[3];
	printf("TAP version 13\n1..%u\n", VERDICTS);
	connect_to(argv[2]);
	while (hear(line, sizeof(line)) && strcmp(line, "end"))
		understand(line, argv[1]);
	printf("%u passed, %u failed\n", number - failures,
	       failures + VERDICTS - number);
	return failures || number != VERDICTS;
}
