// An OpenCL that takes its host with it, in the way that $BAD_CL names, and adds a
// line to the file $BAD_CL_TRACE each time it is asked for platforms.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

bool Is(const char* way) {
  const char* const wanted = std::getenv("BAD_CL");
  return wanted != nullptr && std::strcmp(wanted, way) == 0;
}

struct Load {
  Load() {
    if (Is("crashes_when_loaded")) std::abort();
  }
};
const Load g_load;

}  // namespace

#define VISIBLE extern "C" __attribute__((visibility("default")))

VISIBLE int BadPlatforms() {
  if (const char* trace = std::getenv("BAD_CL_TRACE")) {
    if (std::FILE* file = std::fopen(trace, "a")) {
      std::fputs("asked\n", file);
      std::fclose(file);
    }
  }
  if (Is("crashes")) std::abort();
  if (Is("exits")) _exit(0);
  while (Is("hangs")) sleep(1);
  return -1001;  // CL_PLATFORM_NOT_FOUND_KHR
}
VISIBLE int BadFunction() { return -33; }  // CL_INVALID_DEVICE

#define ONNXIFI_CL_FUNCTION(name)                                             \
  extern "C" __attribute__((visibility("default"), alias("BadFunction"))) int \
  name();
#define clGetPlatformIDs BadUnused
#include "backends/opencl/cl_functions.inc"
#undef clGetPlatformIDs
extern "C" __attribute__((visibility("default"), alias("BadPlatforms"))) int
clGetPlatformIDs();
