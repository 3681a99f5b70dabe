#include "backends/cpu/image_library.h"

#include <dlfcn.h>
#include <stdlib.h>

#include <filesystem>

#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

constexpr char kFileName[] = "onnxifi-imagedecoder.so";

Status Unloadable(const std::string& path, const char* why) {
  return Status(ONNXIFI_STATUS_UNSUPPORTED_OPERATOR,
                StrCat("the image decoders cannot be loaded from ", path, ": ",
                       why == nullptr ? "unknown error" : why,
                       "; install the helper library and what it needs"));
}

// DEEPBIND: a host with other builds of the image libraries must not capture
// the calls. Sanitizers do not stand it.
int OpenFlags() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return RTLD_NOW | RTLD_LOCAL;
#else
  return RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND;
#endif
}

}  // namespace

std::string ImageLibraryPath() {
  if (const char* folder = secure_getenv("ONNXIFI_CPU_HELPERS")) {
    if (folder[0] == '/') return StrCat(folder, "/", kFileName);
  }
  Dl_info info;
  if (dladdr(reinterpret_cast<const void*>(&ImageLibraryPath), &info) == 0 ||
      info.dli_fname == nullptr) {
    return kFileName;
  }
  std::error_code error;
  std::filesystem::path plugin =
      std::filesystem::absolute(info.dli_fname, error);
  if (error) return kFileName;
  return plugin.parent_path().parent_path() / "helpers" / kFileName;
}

Result<std::shared_ptr<const ImageLibrary>> ImageLibrary::Load() {
  const std::string path = ImageLibraryPath();
  // A bare name would be searched for in the system.
  if (path[0] != '/') return Unloadable(path, "the plugin's place is unknown");
  void* const handle = dlopen(path.c_str(), OpenFlags());
  if (handle == nullptr) return Unloadable(path, dlerror());
  const auto version = reinterpret_cast<onnxifiImageApiVersionFn>(
      dlsym(handle, ONNXIFI_IMAGE_VERSION_NAME));
  const auto decode = reinterpret_cast<onnxifiImageDecodeFn>(
      dlsym(handle, ONNXIFI_IMAGE_DECODE_NAME));
  if (version == nullptr || decode == nullptr ||
      version() != ONNXIFI_IMAGE_API_VERSION) {
    dlclose(handle);
    return Unloadable(path, "it belongs to another version");
  }
  return std::shared_ptr<const ImageLibrary>(new ImageLibrary(handle, decode));
}

ImageLibrary::~ImageLibrary() { dlclose(handle_); }

}  // namespace onnxifi::cpu
