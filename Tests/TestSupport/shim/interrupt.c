// LD_PRELOAD: Ctrl-C at the first moment at which the program listens for it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>

int sigaction(int signal, const struct sigaction *new, struct sigaction *old) {
  int (*real)(int, const struct sigaction *, struct sigaction *) =
      (int (*)(int, const struct sigaction *, struct sigaction *))dlsym(RTLD_NEXT, "sigaction");
  int result = real(signal, new, old);
  if (signal == SIGINT && new && new->sa_handler != SIG_DFL && new->sa_handler != SIG_IGN)
    raise(SIGINT);
  return result;
}
