// SPDX-License-Identifier: MIT
/* sspsealctl seal and sign: data becomes a stream. */
#include "stream.h"

static int protect_record(struct job *job, LSA_SEC_HANDLE context,
			  const struct stream_type *type, struct record *record)
{
	struct record_message message;
	NTSTATUS status;

	job->record++;
	record_describe(&message, type, record);
	if (type == &stream_signature)
		status = SpMakeSignature(context, 0, &message.desc, 0);
	else
		status = SpSealMessage(context, 0, &message.desc, 0);
	if (status != STATUS_SUCCESS)
		return fail_status(job, status);
	return stream_write_record(job, type, record);
}

static int protect_stream(struct job *job, LSA_SEC_HANDLE context,
			  const struct stream_type *type)
{
	struct record record;
	ssize_t size;

	if (stream_write_header(job, type))
		return -1;
	do {
		size = read_full(job->in, record.data, RECORD_DATA_MAX);
		if (size < 0)
			return fail_read(job, job->in_path);
		record_set(&record, size == RECORD_DATA_MAX ? RECORD_MORE :
			   RECORD_LAST, size);
		if (protect_record(job, context, type, &record))
			return -1;
		progress_add(job, size);
	} while (size == RECORD_DATA_MAX);
	return 0;
}

static int seal_stream(struct job *job, LSA_SEC_HANDLE context)
{
	return protect_stream(job, context, &stream_sealed);
}

static int sign_stream(struct job *job, LSA_SEC_HANDLE context)
{
	return protect_stream(job, context, &stream_signature);
}

int seal_command(struct job *job)
{
	static const struct task task = {
		.role = SSPSEAL_ROLE_INITIATOR,
		.services = SSPSEAL_CONFIDENTIALITY | SSPSEAL_SEQUENCE_DETECT,
		.output = OUTPUT_ANYWHERE,
		.loop = seal_stream,
	};

	return run_task(job, &task);
}

int sign_command(struct job *job)
{
	static const struct task task = {
		.role = SSPSEAL_ROLE_INITIATOR,
		.services = SSPSEAL_SEQUENCE_DETECT,
		.output = OUTPUT_ELSEWHERE,
		.loop = sign_stream,
	};

	return run_task(job, &task);
}
