/* SPDX-License-Identifier: MIT */
/* Connections, from an ADDRESS of the command line. */
#ifndef TRANSPORT_H
#define TRANSPORT_H

int transport_listen(const char *address);
void transport_stop_listening(int listener, const char *address);
int transport_accept(int listener);
int transport_connect(const char *address);

#endif /* TRANSPORT_H */
