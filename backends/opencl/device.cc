#include "backends/opencl/device.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// No machine has more; a driver that says so tells nonsense.
constexpr cl_uint kMaxListed = 256;
constexpr size_t kMaxText = size_t{1} << 20;

// Text of a query that is asked for its size first. Drivers count the final
// zero, or do not.
template <typename Query>
std::string TextOf(const Query& query) {
  size_t size = 0;
  if (query(0, nullptr, &size) != CL_SUCCESS || size == 0 || size > kMaxText) {
    return "";
  }
  std::string text(size, '\0');
  if (query(size, text.data(), &size) != CL_SUCCESS) return "";
  text.resize(std::min(text.find('\0'), text.size()));
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

class Reader {
 public:
  Reader(const ClLibrary& cl, cl_device_id id) : cl_(cl), id_(id) {}

  std::string Text(cl_device_info what) const {
    return TextOf([&](size_t size, void* to, size_t* got) {
      return cl_.clGetDeviceInfo(id_, what, size, to, got);
    });
  }
  // The default when the driver does not know.
  template <typename T>
  T Number(cl_device_info what, T otherwise) const {
    T value = {};
    size_t got = 0;
    const cl_int error =
        cl_.clGetDeviceInfo(id_, what, sizeof(value), &value, &got);
    return error == CL_SUCCESS && got == sizeof(value) ? value : otherwise;
  }

 private:
  const ClLibrary& cl_;
  cl_device_id id_;
};

bool HasWord(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const bool begins = at == 0 || text[at - 1] == ' ';
    const size_t end = at + word.size();
    if (begins && (end == text.size() || text[end] == ' ')) return true;
  }
  return false;
}

// Drivers for CPUs can run what is written for GPUs: so it is tested.
void ChooseForm(DeviceFacts* facts) {
  facts->cpu_form = (facts->type & CL_DEVICE_TYPE_CPU) != 0;
  const char* const named = secure_getenv("ONNXIFI_OPENCL_TREAT_AS");
  const std::string_view form = named == nullptr ? "" : named;
  if (form.empty() || form == "auto") return;
  if (form != "cpu" && form != "gpu" && form != "integrated") {
    Log(LogLevel::kWarning, "ONNXIFI_OPENCL_TREAT_AS is '", form,
        "', not auto, cpu, gpu or integrated: auto is used");
    return;
  }
  facts->cpu_form = form == "cpu";
  facts->shares_memory = form != "gpu";
}

DeviceFacts ReadFacts(const ClLibrary& cl, cl_platform_id platform,
                      cl_device_id id) {
  const Reader reader(cl, id);
  const auto platform_text = [&](cl_platform_info what) {
    return TextOf([&](size_t size, void* to, size_t* got) {
      return cl.clGetPlatformInfo(platform, what, size, to, got);
    });
  };
  DeviceFacts facts;
  facts.name = reader.Text(CL_DEVICE_NAME);
  facts.vendor = reader.Text(CL_DEVICE_VENDOR);
  facts.version = reader.Text(CL_DEVICE_VERSION);
  facts.driver = reader.Text(CL_DRIVER_VERSION);
  facts.extensions = reader.Text(CL_DEVICE_EXTENSIONS);
  facts.platform = StrCat(platform_text(CL_PLATFORM_NAME), " ",
                          platform_text(CL_PLATFORM_VERSION));
  facts.type = reader.Number<cl_device_type>(CL_DEVICE_TYPE, 0);
  facts.compute_units =
      std::max(reader.Number<cl_uint>(CL_DEVICE_MAX_COMPUTE_UNITS, 1), 1u);
  facts.clock_mhz = reader.Number<cl_uint>(CL_DEVICE_MAX_CLOCK_FREQUENCY, 0);
  facts.float_width = std::clamp(
      reader.Number<cl_uint>(CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, 1), 1u, 16u);
  facts.memory_bytes = reader.Number<cl_ulong>(CL_DEVICE_GLOBAL_MEM_SIZE, 0);
  facts.max_allocation =
      reader.Number<cl_ulong>(CL_DEVICE_MAX_MEM_ALLOC_SIZE, 0);
  facts.local_bytes = reader.Number<cl_ulong>(CL_DEVICE_LOCAL_MEM_SIZE, 0);
  facts.max_group = std::max<size_t>(
      reader.Number<size_t>(CL_DEVICE_MAX_WORK_GROUP_SIZE, 1), 1);
  facts.shares_memory =
      reader.Number<cl_bool>(CL_DEVICE_HOST_UNIFIED_MEMORY, CL_FALSE) != 0;
  facts.has_double = HasWord(facts.extensions, "cl_khr_fp64");
  facts.has_half = HasWord(facts.extensions, "cl_khr_fp16");
  facts.has_icd = HasWord(platform_text(CL_PLATFORM_EXTENSIONS), "cl_khr_icd");
  facts.compiles =
      reader.Number<cl_bool>(CL_DEVICE_COMPILER_AVAILABLE, CL_FALSE) != 0 &&
      reader.Number<cl_bool>(CL_DEVICE_AVAILABLE, CL_FALSE) != 0;
  ChooseForm(&facts);
  return facts;
}

// "OpenCL 1.2 more": 1.2 and later have what is needed.
bool IsNewEnough(const std::string& version) {
  constexpr std::string_view kWord = "OpenCL ";
  if (version.rfind(kWord, 0) != 0 || version.size() < kWord.size() + 3) {
    return false;
  }
  const char major = version[kWord.size()];
  const char minor = version[kWord.size() + 2];
  return major > '1' || (major == '1' && minor >= '2');
}

template <typename Id, typename Query>
Result<std::vector<Id>> ListIds(const char* call, cl_int none,
                                const Query& query) {
  cl_uint count = 0;
  cl_int error = query(0, nullptr, &count);
  if (error == none || (error == CL_SUCCESS && count == 0)) {
    return std::vector<Id>();
  }
  if (error != CL_SUCCESS) return ClError(call, error);
  if (count > kMaxListed) {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  StrCat(call, " tells ", count, " entries"));
  }
  std::vector<Id> ids(count);
  error = query(count, ids.data(), &count);
  if (error != CL_SUCCESS) return ClError(call, error);
  ids.resize(std::min<size_t>(count, ids.size()));
  std::erase(ids, nullptr);
  return ids;
}

}  // namespace

Result<std::shared_ptr<Device>> Device::Open(const ClLibrary& cl,
                                             cl_platform_id platform,
                                             cl_device_id id) {
  std::shared_ptr<Device> device(new Device());
  device->cl_ = &cl;
  device->platform_ = platform;
  device->id_ = id;
  device->facts_ = ReadFacts(cl, platform, id);
  const DeviceFacts& facts = device->facts_;
  if (!facts.compiles) {
    return Status(ONNXIFI_STATUS_BACKEND_UNAVAILABLE,
                  "it is not available, or has no compiler");
  }
  if (!IsNewEnough(facts.version)) {
    return Status(ONNXIFI_STATUS_BACKEND_UNAVAILABLE,
                  StrCat("OpenCL 1.2 is needed, it has '", facts.version, "'"));
  }
  const cl_context_properties properties[] = {
      CL_CONTEXT_PLATFORM, reinterpret_cast<cl_context_properties>(platform),
      0};
  cl_int error = CL_SUCCESS;
  const cl_context context =
      cl.clCreateContext(properties, 1, &id, nullptr, nullptr, &error);
  if (context == nullptr || error != CL_SUCCESS) {
    return ClError("clCreateContext", error);
  }
  device->context_ = ClOwned<cl_context>(context, cl.clReleaseContext);
  return device;
}

Result<std::vector<std::shared_ptr<Device>>> Device::FindAll(
    std::vector<std::string>* reasons) {
  ONNXIFI_ASSIGN_OR_RETURN(const ClLibrary* const cl, ClLibrary::Get());
  constexpr cl_int kPlatformNotFound = -1001;
  ONNXIFI_ASSIGN_OR_RETURN(
      const std::vector<cl_platform_id> platforms,
      ListIds<cl_platform_id>("clGetPlatformIDs", kPlatformNotFound,
                              cl->clGetPlatformIDs));
  if (platforms.empty()) {
    reasons->emplace_back("no driver for OpenCL is installed");
  }
  std::vector<std::shared_ptr<Device>> devices;
  for (const cl_platform_id platform : platforms) {
    const Result<std::vector<cl_device_id>> ids = ListIds<cl_device_id>(
        "clGetDeviceIDs", CL_DEVICE_NOT_FOUND,
        [&](cl_uint count, cl_device_id* to, cl_uint* got) {
          return cl->clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, count, to,
                                    got);
        });
    if (!ids.ok()) {
      reasons->push_back(ids.status().message());
      continue;
    }
    for (const cl_device_id id : *ids) {
      Result<std::shared_ptr<Device>> device = Open(*cl, platform, id);
      if (device.ok()) {
        devices.push_back(std::move(*device));
        continue;
      }
      reasons->push_back(StrCat("device '", ReadFacts(*cl, platform, id).name,
                                "': ", device.status().message()));
    }
  }
  return devices;
}

Result<std::shared_ptr<const Device>> Device::With(
    cl_context context, cl_command_queue queue) const {
  std::shared_ptr<Device> device(new Device());
  device->cl_ = cl_;
  device->platform_ = platform_;
  device->id_ = id_;
  device->facts_ = facts_;
  ONNXIFI_CL_RETURN_IF_ERROR("clRetainContext", cl_->clRetainContext(context));
  device->context_ = ClOwned<cl_context>(context, cl_->clReleaseContext);
  if (queue != nullptr) {
    ONNXIFI_CL_RETURN_IF_ERROR("clRetainCommandQueue",
                               cl_->clRetainCommandQueue(queue));
    device->queue_ =
        ClOwned<cl_command_queue>(queue, cl_->clReleaseCommandQueue);
  }
  return std::shared_ptr<const Device>(std::move(device));
}

Result<ClOwned<cl_command_queue>> Device::MakeQueue() const {
  if (queue_) {
    ONNXIFI_CL_RETURN_IF_ERROR("clRetainCommandQueue",
                               cl_->clRetainCommandQueue(queue_.get()));
    return ClOwned<cl_command_queue>(queue_.get(), cl_->clReleaseCommandQueue);
  }
  cl_int error = CL_SUCCESS;
  const cl_command_queue queue =
      cl_->clCreateCommandQueue(context(), id_, 0, &error);
  if (queue == nullptr || error != CL_SUCCESS) {
    return ClError("clCreateCommandQueue", error);
  }
  return ClOwned<cl_command_queue>(queue, cl_->clReleaseCommandQueue);
}

Result<ClOwned<cl_mem>> Device::MakeBuffer(cl_mem_flags flags, size_t bytes,
                                           void* host) const {
  // No buffer is empty, and some drivers round queries of limits down.
  if (facts_.max_allocation != 0 && bytes > facts_.max_allocation) {
    return Status(ONNXIFI_STATUS_NO_DEVICE_MEMORY,
                  StrCat("a buffer of ", bytes,
                         " bytes is needed, the device "
                         "allows ",
                         facts_.max_allocation));
  }
  cl_int error = CL_SUCCESS;
  const cl_mem memory = cl_->clCreateBuffer(
      context(), flags, std::max<size_t>(bytes, 1), host, &error);
  if (memory == nullptr || error != CL_SUCCESS) {
    return ClError("clCreateBuffer", error);
  }
  return ClOwned<cl_mem>(memory, cl_->clReleaseMemObject);
}

Status Device::CopyBetween(cl_command_queue queue, cl_mem to, size_t to_offset,
                           cl_mem from, size_t from_offset,
                           size_t bytes) const {
  const auto copy = [&](cl_mem source, size_t source_at, cl_mem target,
                        size_t target_at) -> Status {
    ONNXIFI_CL_RETURN_IF_ERROR(
        "clEnqueueCopyBuffer",
        cl_->clEnqueueCopyBuffer(queue, source, target, source_at, target_at,
                                 bytes, 0, nullptr, nullptr));
    return Status::Ok();
  };
  const bool overlap = to == from && to_offset < from_offset + bytes &&
                       from_offset < to_offset + bytes;
  ClOwned<cl_mem> between;
  if (overlap) {
    ONNXIFI_ASSIGN_OR_RETURN(between,
                             MakeBuffer(CL_MEM_READ_WRITE, bytes, nullptr));
    ONNXIFI_RETURN_IF_ERROR(copy(from, from_offset, between.get(), 0));
    from = between.get();
    from_offset = 0;
  }
  ONNXIFI_RETURN_IF_ERROR(copy(from, from_offset, to, to_offset));
  ONNXIFI_CL_RETURN_IF_ERROR("clFinish", cl_->clFinish(queue));
  return Status::Ok();
}

}  // namespace onnxifi::opencl
