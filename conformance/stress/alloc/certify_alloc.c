/* A library for LD_PRELOAD: counts the allocations of a process, and lets those
 * fail that the suite wants to fail. Off until it is armed. */
#define _GNU_SOURCE
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

/* The allocator itself, by the names that glibc keeps for such libraries. */
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

static atomic_long g_left;  /* allocations until one fails; below: fail */
static atomic_long g_count; /* since it was armed */
static atomic_long g_failed;
static atomic_int g_armed; /* 1: one fails; 2: that and all later ones */

/* Code of the dynamic loader and of the C library. */
static struct {
  uintptr_t from;
  uintptr_t to;
} g_spared[2];

EXPORT void onnxifi_certify_alloc_arm(long nth, int all_later);
EXPORT long onnxifi_certify_alloc_disarm(long* failed);

/* Both end the process when they get no memory for the variables of a thread or
 * for their destructors: no library can do anything about that. */
static int IsSpared(const void* caller) {
  const uintptr_t at = (uintptr_t)caller;
  for (int i = 0; i < 2; ++i) {
    if (at >= g_spared[i].from && at < g_spared[i].to) return 1;
  }
  return 0;
}

static int FindSpared(struct dl_phdr_info* info, size_t size, void* unused) {
  (void)size;
  (void)unused;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)* part = &info->dlpi_phdr[i];
    if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0) continue;
    const uintptr_t from = info->dlpi_addr + part->p_vaddr;
    const uintptr_t to = from + part->p_memsz;
    const uintptr_t allocator = (uintptr_t)&__libc_malloc;
    const int loader = info->dlpi_addr == getauxval(AT_BASE);
    if (!loader && (allocator < from || allocator >= to)) continue;
    g_spared[loader].from = from;
    g_spared[loader].to = to;
  }
  return 0;
}

void onnxifi_certify_alloc_arm(long nth, int all_later) {
  if (g_spared[0].to == 0) dl_iterate_phdr(&FindSpared, NULL);
  atomic_store(&g_count, 0);
  atomic_store(&g_failed, 0);
  atomic_store(&g_left, nth);
  atomic_store(&g_armed, all_later ? 2 : 1);
}

long onnxifi_certify_alloc_disarm(long* failed) {
  atomic_store(&g_armed, 0);
  if (failed != NULL) *failed = atomic_load(&g_failed);
  return atomic_load(&g_count);
}

static int MustFail(const void* caller) {
  const int armed = atomic_load_explicit(&g_armed, memory_order_relaxed);
  if (armed == 0 || IsSpared(caller)) return 0;
  atomic_fetch_add(&g_count, 1);
  const long left = atomic_fetch_sub(&g_left, 1);
  if (left > 1 || (left < 1 && armed == 1)) return 0;
  atomic_fetch_add(&g_failed, 1);
  errno = ENOMEM;
  return 1;
}

#define CALLER __builtin_return_address(0)

EXPORT void* malloc(size_t size) {
  return MustFail(CALLER) ? NULL : __libc_malloc(size);
}

EXPORT void* calloc(size_t count, size_t size) {
  return MustFail(CALLER) ? NULL : __libc_calloc(count, size);
}

EXPORT void* realloc(void* old, size_t size) {
  return MustFail(CALLER) ? NULL : __libc_realloc(old, size);
}

EXPORT void* memalign(size_t alignment, size_t size) {
  return MustFail(CALLER) ? NULL : __libc_memalign(alignment, size);
}

EXPORT void* aligned_alloc(size_t alignment, size_t size) {
  return MustFail(CALLER) ? NULL : __libc_memalign(alignment, size);
}

EXPORT int posix_memalign(void** memory, size_t alignment, size_t size) {
  if (MustFail(CALLER)) return ENOMEM;
  void* const made = __libc_memalign(alignment, size);
  if (made == NULL) return ENOMEM;
  *memory = made;
  return 0;
}

EXPORT void* mmap(void* at, size_t size, int protection, int flags, int fd,
                  off_t offset) {
  if (MustFail(CALLER)) return MAP_FAILED;
  return (void*)syscall(SYS_mmap, at, size, protection, flags, fd, offset);
}
