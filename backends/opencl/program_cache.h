#ifndef ONNXIFI_BACKENDS_OPENCL_PROGRAM_CACHE_H_
#define ONNXIFI_BACKENDS_OPENCL_PROGRAM_CACHE_H_

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "backends/opencl/device.h"

namespace onnxifi::opencl {

// A built program.
class Program {
 public:
  Program(std::shared_ptr<const Device> device, ClOwned<cl_program> program,
          bool kept)
      : device_(std::move(device)), program_(std::move(program)), kept_(kept) {}

  cl_program get() const { return program_.get(); }
  bool kept() const { return kept_; }  // it comes from the disk
  Result<ClOwned<cl_kernel>> MakeKernel(const std::string& name) const;

 private:
  const std::shared_ptr<const Device> device_;
  ClOwned<cl_program> program_;
  const bool kept_;
};

// The programs of one device: those in use are shared, and binaries are kept on
// disk, so that a later process need not compile (decision 0014). A file is
// used only when it was made of exactly this text, for this device, driver and
// options, and is whole; the folder is kept below 1 GiB. Thread-safe.
class ProgramCache {
 public:
  // `folder` is empty: nothing is kept on disk.
  ProgramCache(std::shared_ptr<const Device> device, std::string folder)
      : device_(std::move(device)), folder_(std::move(folder)) {}

  // UNSUPPORTED_OPERATOR with the end of the compiler's log when the device's
  // compiler does not take the text.
  Result<std::shared_ptr<const Program>> Get(const std::string& text);
  // Called when its kernels have run: drivers that compile late have all of the
  // binary only then. Failures mean that the next process compiles again.
  void Keep(const std::string& text, const Program& program);

  // Something else that is known of the device and kept with its programs.
  std::optional<std::string> Recall(const std::string& what) const;
  void Remember(const std::string& what, const std::string& value) const;

 private:
  std::string Key(const std::string& text) const;
  std::string FileOf(const std::string& key) const;
  Result<ClOwned<cl_program>> FromBinary(const std::string& key) const;
  Result<ClOwned<cl_program>> FromSource(const std::string& text) const;
  Status Build(cl_program program) const;
  void TrimNowAndThen(size_t written) const;

  const std::shared_ptr<const Device> device_;
  const std::string folder_;
  std::mutex mutex_;
  // guarded by mutex_
  std::unordered_map<std::string, std::weak_ptr<const Program>> programs_;
};

// $ONNXIFI_OPENCL_CACHE, or onnxifi/opencl in the user's cache; "" for none.
std::string DefaultCacheFolder();

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_PROGRAM_CACHE_H_
