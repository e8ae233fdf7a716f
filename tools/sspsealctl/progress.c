// SPDX-License-Identifier: MIT
/* One line on a terminal, for work that takes longer than a second. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "sspsealctl.h"

#define DELAY_MS	1000
#define INTERVAL_MS	250

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_start(struct job *job)
{
	job->progress = (struct progress){
		.wanted = isatty(STDERR_FILENO),
		.started = now_ms(),
	};
}

void progress_add(struct job *job, size_t bytes)
{
	struct progress *progress = &job->progress;
	uint64_t now;

	progress->bytes += bytes;
	if (!progress->wanted)
		return;
	now = now_ms();
	if (now - progress->started < DELAY_MS ||
	    now - progress->updated < INTERVAL_MS)
		return;
	progress->updated = now;
	progress->shown = true;
	fprintf(stderr, "\rsspsealctl: %s: %" PRIu64 " MiB", job->command,
		progress->bytes >> 20);
}

void progress_clear(struct job *job)
{
	if (job->progress.shown)
		fputs("\r\033[K", stderr);
	job->progress.shown = false;
}
