// SPDX-License-Identifier: MIT
/* sspsealctl unseal */
#include "stream.h"

/* The context was made with REQUIRE_SEAL, so pfQOP would tell nothing. */
static int unseal_record(struct job *job, LSA_SEC_HANDLE context,
			 struct record *record)
{
	struct record_message message;
	NTSTATUS status;

	record_describe(&message, &stream_sealed, record);
	status = SpUnsealMessage(context, &message.desc, 0, NULL);
	return status == STATUS_SUCCESS ? 0 : fail_status(job, status);
}

static int unseal_stream(struct job *job, LSA_SEC_HANDLE context)
{
	struct record record;
	bool last;

	if (!stream_read_header(job, &stream_sealed))
		return -1;
	do {
		if (stream_read_record(job, &stream_sealed, &record) ||
		    unseal_record(job, context, &record))
			return -1;
		last = record_kind(&record) == RECORD_LAST;
		if (last && stream_read_end(job))
			return -1;
		if (write_full(job, record.data, record_size(&record)))
			return -1;
		progress_add(job, record_size(&record));
	} while (!last);
	return 0;
}

int unseal_command(struct job *job)
{
	static const struct task task = {
		.flags = SSPSEAL_CREATE_REQUIRE_SEAL,
		.role = SSPSEAL_ROLE_ACCEPTOR,
		.services = SSPSEAL_CONFIDENTIALITY | SSPSEAL_SEQUENCE_DETECT,
		.output = OUTPUT_ANYWHERE,
		.loop = unseal_stream,
	};

	return run_task(job, &task);
}
