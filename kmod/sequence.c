// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers of messages: the send counter, the replay window, the rules of order.
 */
#include <linux/bits.h>
#include <linux/minmax.h>

#include "sspseal.h"

#define SEND_LIMIT	((u64)SSPSEAL_SEND_LIMIT)
/* Or'ed to the counter at the end, so that no call finds it below the limit. */
#define SEND_ENDED	BIT_ULL(62)

/**
 * sspseal_send_take() - take the number of a message to be sent
 * @ctx: the context
 * @number: the number, which is never given out again
 *
 * Lock-free: the increment is all that senders share here.
 *
 * Return: OK; EXPIRED if the counter is used up, or the context has expired; or
 * SEND_ENDED.
 */
enum sspseal_status sspseal_send_take(struct sspseal_context *ctx, u64 *number)
{
	/* Pairs with sspseal_send_end(), for @expired. */
	u64 taken = atomic64_read_acquire(&ctx->send_next);

	/* Without this test, calls in vain could move the counter for ever. */
	if (likely(taken < SEND_LIMIT)) {
		taken = atomic64_fetch_inc(&ctx->send_next);
		if (likely(taken < SEND_LIMIT)) {
			*number = taken;
			return SSPSEAL_STATUS_OK;
		}
		/* At the end or above: no number comes back by this. */
		atomic64_dec(&ctx->send_next);
	}
	return taken < SEND_ENDED || READ_ONCE(ctx->expired) ?
	       SSPSEAL_STATUS_EXPIRED : SSPSEAL_STATUS_SEND_ENDED;
}

/**
 * sspseal_send_end() - no call takes a number after this
 * @ctx: the context
 */
void sspseal_send_end(struct sspseal_context *ctx)
{
	atomic64_fetch_or(SEND_ENDED, &ctx->send_next);
}

/**
 * sspseal_send_burned() - a number was taken, but no message left with it
 * @ctx: the context
 *
 * A peer that wants strict order could never accept what came after it.
 */
void sspseal_send_burned(struct sspseal_context *ctx)
{
	if (ctx->services & SSPSEAL_SEQUENCE_DETECT)
		sspseal_send_end(ctx);
}

/* For a moment, a call that races with the end counts too. */
u64 sspseal_send_count(const struct sspseal_context *ctx)
{
	u64 next = atomic64_read(&ctx->send_next) & ~SEND_ENDED;

	return min(next, SEND_LIMIT);
}

static unsigned int window_word(u64 number)
{
	return number / BITS_PER_LONG % SSPSEAL_WINDOW_WORDS;
}

static unsigned long window_bit(u64 number)
{
	return BIT(number % BITS_PER_LONG);
}

/**
 * sspseal_window_check() - may an authentic message be accepted?
 * @window: numbers accepted so far
 * @services: of the context
 * @number: the message's
 *
 * RFC 6479, section 3, without the change that follows acceptance. Strict order
 * leaves the expected number as it is when it refuses.
 *
 * Return: OK, OUT_OF_ORDER, TOO_OLD or REPLAYED.
 */
enum sspseal_status sspseal_window_check(const struct sspseal_window *window,
					 u32 services, u64 number)
{
	if (services & SSPSEAL_SEQUENCE_DETECT)
		return number == window->next ? SSPSEAL_STATUS_OK :
						SSPSEAL_STATUS_OUT_OF_ORDER;
	if (!(services & SSPSEAL_REPLAY_DETECT))
		return SSPSEAL_STATUS_OK;

	if (number >= window->next)
		return SSPSEAL_STATUS_OK;
	if (window->next - number > SSPSEAL_WINDOW)
		return SSPSEAL_STATUS_TOO_OLD;
	if (window->bits[window_word(number)] & window_bit(number))
		return SSPSEAL_STATUS_REPLAYED;
	return SSPSEAL_STATUS_OK;
}

/* The window moves on, to words that are in use for numbers long ago. */
static noinline void clear_words(struct sspseal_window *window, u64 top,
				 u64 words)
{
	unsigned int i;

	words = min_t(u64, words, SSPSEAL_WINDOW_WORDS);
	for (i = 1; i <= words; i++)
		window->bits[(top + i) % SSPSEAL_WINDOW_WORDS] = 0;
}

/**
 * sspseal_window_accept() - a message was accepted
 * @window: changes
 * @number: the message's, checked under the same lock
 */
void sspseal_window_accept(struct sspseal_window *window, u64 number)
{
	window->accepted++;
	if (number >= window->next) {
		/* The word of the highest number is in use; clear the next. */
		u64 top = window->next ? (window->next - 1) / BITS_PER_LONG : 0;
		u64 words = number / BITS_PER_LONG - top;

		if (unlikely(words))
			clear_words(window, top, words);
		window->next = number + 1;
	}
	window->bits[window_word(number)] |= window_bit(number);
}
