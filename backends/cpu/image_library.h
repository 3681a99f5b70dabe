#ifndef ONNXIFI_BACKENDS_CPU_IMAGE_LIBRARY_H_
#define ONNXIFI_BACKENDS_CPU_IMAGE_LIBRARY_H_

#include <memory>
#include <string>

#include "backends/cpu/image/image_api.h"
#include "base/status.h"

namespace onnxifi::cpu {

// The loaded helper library onnxifi-imagedecoder.so, which knows image
// formats. Loaded by those who need it, unloaded with the last of them.
// Immutable, thread-safe.
class ImageLibrary {
 public:
  // An error that says why it cannot be had: not installed, a library that it
  // needs is missing, or it belongs to another version.
  static Result<std::shared_ptr<const ImageLibrary>> Load();
  ~ImageLibrary();
  ImageLibrary(const ImageLibrary&) = delete;
  ImageLibrary& operator=(const ImageLibrary&) = delete;

  onnxifiImageDecodeFn decode() const { return decode_; }

 private:
  ImageLibrary(void* handle, onnxifiImageDecodeFn decode)
      : handle_(handle), decode_(decode) {}

  void* const handle_;
  const onnxifiImageDecodeFn decode_;
};

// Where Load looks: in ../helpers of the folder of this plugin, or in the
// folder that ONNXIFI_CPU_HELPERS names.
std::string ImageLibraryPath();

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_IMAGE_LIBRARY_H_
