// SPDX-License-Identifier: MIT
/* sspsealctl seal */
#include "stream.h"

static int seal_record(struct job *job, LSA_SEC_HANDLE context,
		       struct record *record)
{
	struct record_message message;
	NTSTATUS status;

	job->record++;
	record_describe(&message, record);
	status = SpSealMessage(context, 0, &message.desc, 0);
	if (status != STATUS_SUCCESS)
		return fail_status(job, status);
	return stream_write_record(job, record);
}

static int seal_stream(struct job *job, LSA_SEC_HANDLE context)
{
	struct record record;
	ssize_t size;

	if (stream_write_header(job))
		return -1;
	do {
		size = read_full(job->in, record.data, RECORD_DATA_MAX);
		if (size < 0)
			return fail(job, "%s: %m", input_name(job));
		record_set(&record, size == RECORD_DATA_MAX ? RECORD_MORE :
			   RECORD_LAST, size);
		if (seal_record(job, context, &record))
			return -1;
		progress_add(job, size);
	} while (size == RECORD_DATA_MAX);
	return 0;
}

int seal_command(struct job *job)
{
	return transfer(job, SSPSEAL_ROLE_INITIATOR, seal_stream);
}
