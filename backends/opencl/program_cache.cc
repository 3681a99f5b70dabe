#include "backends/opencl/program_cache.h"

#include <stdlib.h>
#include <atomic>

#include <optional>
#include <vector>

#include "backends/opencl/cache_file.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// None. -cl-fast-relaxed-math drops infinities and NaNs. -cl-mad-enable lets a
// product of one statement melt into a sum of the next, so that a group of nodes
// would not give what the nodes give alone; within an expression OpenCL C allows
// it anyway.
constexpr char kOptions[] = "";
constexpr size_t kMaxBinary = size_t{1} << 30;
constexpr size_t kMaxLog = size_t{16} << 20;
// So much of a compiler's log is told, from its end.
constexpr size_t kShownLog = 2000;

}  // namespace

Result<ClOwned<cl_kernel>> Program::MakeKernel(const std::string& name) const {
  cl_int error = CL_SUCCESS;
  const ClLibrary& cl = device_->cl();
  const cl_kernel kernel =
      cl.clCreateKernel(program_.get(), name.c_str(), &error);
  if (kernel == nullptr || error != CL_SUCCESS) {
    return ClError("clCreateKernel", error);
  }
  return ClOwned<cl_kernel>(kernel, cl.clReleaseKernel);
}

std::string ProgramCache::Key(const std::string& text) const {
  const DeviceFacts& facts = device_->facts();
  return StrCat(facts.platform, "\n", facts.name, "\n", facts.vendor, "\n",
                facts.version, "\n", facts.driver, "\n", kOptions, "\n", text);
}

std::string ProgramCache::FileOf(const std::string& key) const {
  return StrCat(folder_, "/", CacheFileName(HashOf(key)));
}

Result<std::shared_ptr<const Program>> ProgramCache::Get(
    const std::string& text) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (const auto found = programs_.find(text); found != programs_.end()) {
    if (std::shared_ptr<const Program> program = found->second.lock()) {
      return program;
    }
  }
  std::erase_if(programs_,
                [](const auto& each) { return each.second.expired(); });
  Result<ClOwned<cl_program>> built = FromBinary(Key(text));
  const bool kept = built.ok();
  if (!kept) built = FromSource(text);
  if (!built.ok()) return built.status();
  auto program =
      std::make_shared<const Program>(device_, std::move(built.value()), kept);
  programs_[text] = program;
  return program;
}

Status ProgramCache::Build(cl_program program) const {
  const ClLibrary& cl = device_->cl();
  const cl_device_id id = device_->id();
  const cl_int error =
      cl.clBuildProgram(program, 1, &id, kOptions, nullptr, nullptr);
  if (error == CL_SUCCESS) return Status::Ok();
  size_t size = 0;
  std::string log;
  if (cl.clGetProgramBuildInfo(program, id, CL_PROGRAM_BUILD_LOG, 0, nullptr,
                               &size) == CL_SUCCESS &&
      size > 0 && size <= kMaxLog) {
    log.resize(size);
    if (cl.clGetProgramBuildInfo(program, id, CL_PROGRAM_BUILD_LOG, size,
                                 log.data(), nullptr) != CL_SUCCESS) {
      log.clear();
    }
    log.resize(std::min(log.find('\0'), log.size()));
  }
  if (log.size() > kShownLog) {
    log = StrCat("[", log.size() - kShownLog, " bytes left out] ...",
                 log.substr(log.size() - kShownLog));
  }
  const onnxStatus status = error == CL_BUILD_PROGRAM_FAILURE
                                ? ONNXIFI_STATUS_UNSUPPORTED_OPERATOR
                                : ClErrorStatus(error);
  return Status(status,
                StrCat("clBuildProgram failed: ", ClErrorText(error),
                       log.empty() ? "" : "; the compiler says: ", log));
}

Result<ClOwned<cl_program>> ProgramCache::FromSource(
    const std::string& text) const {
  const ClLibrary& cl = device_->cl();
  const char* source = text.data();
  const size_t size = text.size();
  cl_int error = CL_SUCCESS;
  const cl_program made = cl.clCreateProgramWithSource(device_->context(), 1,
                                                       &source, &size, &error);
  if (made == nullptr || error != CL_SUCCESS) {
    return ClError("clCreateProgramWithSource", error);
  }
  ClOwned<cl_program> program(made, cl.clReleaseProgram);
  ONNXIFI_RETURN_IF_ERROR(Build(made));
  return program;
}

Result<ClOwned<cl_program>> ProgramCache::FromBinary(
    const std::string& key) const {
  const Status none(ONNXIFI_STATUS_BACKEND_UNAVAILABLE, "not kept");
  if (folder_.empty()) return none;
  const std::optional<std::string> binary = ReadCacheFile(FileOf(key), key);
  if (!binary) return none;
  const ClLibrary& cl = device_->cl();
  const auto* bytes = reinterpret_cast<const unsigned char*>(binary->data());
  const size_t size = binary->size();
  const cl_device_id id = device_->id();
  cl_int loaded = CL_SUCCESS;
  cl_int error = CL_SUCCESS;
  const cl_program made = cl.clCreateProgramWithBinary(
      device_->context(), 1, &id, &size, &bytes, &loaded, &error);
  if (made == nullptr || error != CL_SUCCESS) return none;
  ClOwned<cl_program> program(made, cl.clReleaseProgram);
  if (loaded != CL_SUCCESS || !Build(made).ok()) return none;
  return program;
}

void ProgramCache::Keep(const std::string& text, const Program& program) {
  if (folder_.empty() || program.kept()) return;
  const ClLibrary& cl = device_->cl();
  size_t size = 0;
  // Of one device: the context has no other.
  if (cl.clGetProgramInfo(program.get(), CL_PROGRAM_BINARY_SIZES, sizeof(size),
                          &size, nullptr) != CL_SUCCESS ||
      size == 0 || size > kMaxBinary) {
    return;
  }
  std::string binary(size, '\0');
  unsigned char* to = reinterpret_cast<unsigned char*>(binary.data());
  if (cl.clGetProgramInfo(program.get(), CL_PROGRAM_BINARIES, sizeof(to), &to,
                          nullptr) != CL_SUCCESS) {
    return;
  }
  const std::string key = Key(text);
  if (WriteCacheFile(FileOf(key), key, binary)) TrimNowAndThen(size);
}

// When the process writes first, and whenever it has written much.
void ProgramCache::TrimNowAndThen(size_t written) const {
  constexpr uint64_t kMost = uint64_t{1} << 30;
  constexpr uint64_t kMuch = uint64_t{32} << 20;
  static std::atomic<uint64_t> left{0};
  const uint64_t before = left.load(std::memory_order_relaxed);
  if (before > written) {
    left.store(before - written, std::memory_order_relaxed);
    return;
  }
  left.store(kMuch, std::memory_order_relaxed);
  TrimCacheFolder(folder_, kMost);
}

std::optional<std::string> ProgramCache::Recall(const std::string& what) const {
  if (folder_.empty()) return std::nullopt;
  const std::string key = Key(what);
  return ReadCacheFile(FileOf(key), key);
}

void ProgramCache::Remember(const std::string& what,
                            const std::string& value) const {
  if (folder_.empty()) return;
  const std::string key = Key(what);
  static_cast<void>(WriteCacheFile(FileOf(key), key, value));
}

std::string DefaultCacheFolder() {
  if (const char* named = secure_getenv("ONNXIFI_OPENCL_CACHE")) return named;
  std::string base;
  if (const char* cache = secure_getenv("XDG_CACHE_HOME");
      cache != nullptr && *cache == '/') {
    base = cache;
  } else if (const char* home = secure_getenv("HOME");
             home != nullptr && *home == '/') {
    base = StrCat(home, "/.cache");
  }
  return base.empty() ? "" : base + "/onnxifi/opencl";
}

}  // namespace onnxifi::opencl
