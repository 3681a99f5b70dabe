#include "partitioner/device.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <thread>
#include <utility>

#include "base/str_cat.h"

namespace onnxifi::partitioner {
namespace {

// What a device is taken for that tells nothing of itself: a copy to it pays
// for the driver's call, and memory is reached over a bus.
constexpr Ns kCopyLatency = 10'000;
constexpr double kBusBytes = 10e9;
constexpr Ns kLaunch = 20'000;
// The start of a graph in the host's own memory.
constexpr Ns kHostLaunch = 2'000;
// One core of a processor that tells nothing.
constexpr double kCoreMacs = 20e9;
constexpr double kHostBytes = 10e9;
// What a device's own figures may claim at most: 1 EMAC/s, 1 PB/s.
constexpr double kMostMacs = 1e18;
constexpr double kMostBytes = 1e15;
// No copy of nothing takes longer than a second.
constexpr Ns kMostLatency = 1'000'000'000;

int64_t PicosecondsPerByte(double bytes_per_second) {
  return static_cast<int64_t>(std::llround(1e12 / bytes_per_second));
}

}  // namespace

Device::Device(const Functions& functions, onnxBackendID id)
    : functions_(functions), id_(id) {
  name_ = Text(ONNXIFI_BACKEND_NAME);
  version_ = Text(ONNXIFI_BACKEND_VERSION);
  vendor_ = Text(ONNXIFI_BACKEND_VENDOR);
  description_ = Text(ONNXIFI_BACKEND_DEVICE);
  if (name_.empty()) name_ = "unnamed backend";
  type_ = Number(ONNXIFI_BACKEND_DEVICE_TYPE, 0);
  FindInterface();
  FindMemory();
  ReadFigures();
  if (has_memory_) ReadCopies();
}

Device::~Device() {
  if (made_) static_cast<void>(functions_.onnxReleaseBackend(backend_));
  static_cast<void>(functions_.onnxReleaseBackendID(id_));
}

std::string Device::Text(onnxBackendInfo selector) const {
  char text[256];
  size_t size = sizeof(text);
  if (functions_.onnxGetBackendInfo(id_, selector, text, &size) !=
          ONNXIFI_STATUS_SUCCESS ||
      size > sizeof(text)) {
    return "";
  }
  return std::string(text, strnlen(text, size));
}

// Numbers have the size of their type: 8 bytes, as enumerations have too.
uint64_t Device::Number(onnxBackendInfo selector, uint64_t fallback) const {
  uint64_t number = 0;
  size_t size = sizeof(number);
  const onnxStatus status =
      functions_.onnxGetBackendInfo(id_, selector, &number, &size);
  const bool told = status == ONNXIFI_STATUS_SUCCESS && size == sizeof(number);
  return told ? number : fallback;
}

void Device::FindInterface() {
  onnxExtensionFunctionPointer found = nullptr;
  if (functions_.onnxGetExtensionFunctionAddress(
          id_, ONNXIFI_GET_INTERFACE_FUNCTION_NAME, &found) !=
      ONNXIFI_STATUS_SUCCESS) {
    return;
  }
  const auto get = reinterpret_cast<onnxGetInterfaceFunction>(
      reinterpret_cast<void (*)()>(found));
  onnxHostInterface host = {};
  host.structSize = sizeof(host);
  host.minVersion = host.maxVersion = ONNXIFI_INTERFACE_VERSION_1_1;
  const onnxPluginInterface* table = nullptr;
  if (get(id_, &host, &table) != ONNXIFI_STATUS_SUCCESS || table == nullptr) {
    return;
  }
  // The loader's table is as long as the loader's header: of an older one, what
  // came later reads as not offered.
  std::memcpy(&table_, table,
              std::min<size_t>(table->structSize, sizeof(table_)));
  interface_ = &table_;
}

void Device::FindMemory() {
  has_memory_ =
      type_ != ONNXIFI_DEVICE_TYPE_CPU && interface_ != nullptr &&
      interface_->allocateMemory != nullptr &&
      interface_->freeMemory != nullptr && interface_->copyMemory != nullptr &&
      (Number(ONNXIFI_BACKEND_MEMORY_TYPES, 0) & ONNXIFI_MEMORY_TYPE_DEVICE) !=
          0;
}

// Of its own memory the device may know more than onnxGetBackendInfo tells.
void Device::ReadCopies() {
  if (interface_->queryCopy == nullptr) return;
  const auto ask = [&](onnxEnum from, onnxEnum to, CopyCost* cost) {
    onnxCopySupport support = {};
    support.structSize = sizeof(support);
    onnxQueryCopyArguments arguments = {};
    arguments.structSize = sizeof(arguments);
    arguments.backendID = id_;
    arguments.fromType = from;
    arguments.toType = to;
    arguments.support = &support;
    if (interface_->queryCopy(&arguments) != ONNXIFI_STATUS_SUCCESS) return;
    if (support.support == ONNXIFI_COPY_NONE) {
      has_memory_ = false;
      return;
    }
    if (support.latencyNs >= 0) {
      cost->latency = std::min<int64_t>(support.latencyNs, kMostLatency);
    }
    if (support.bytesPerSecond > 0) {
      cost->picoseconds = PicosecondsPerByte(
          std::min(static_cast<double>(support.bytesPerSecond), kMostBytes));
    }
  };
  ask(ONNXIFI_MEMORY_TYPE_CPU, ONNXIFI_MEMORY_TYPE_DEVICE, &figures_.from_host);
  ask(ONNXIFI_MEMORY_TYPE_DEVICE, ONNXIFI_MEMORY_TYPE_CPU, &figures_.to_host);
}

void Device::ReadFigures() {
  const auto number = [&](onnxBackendInfo selector, double most) {
    return std::min(static_cast<double>(Number(selector, 0)), most);
  };
  figures_.macs = number(ONNXIFI_BACKEND_MACS_FP32, kMostMacs);
  figures_.macs_half = number(ONNXIFI_BACKEND_MACS_FP16, kMostMacs);
  figures_.bytes = number(ONNXIFI_BACKEND_MEMORY_BANDWIDTH, kMostBytes);
  // A device that tells nothing is no faster than the host.
  if (figures_.macs <= 0) {
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    figures_.macs = kCoreMacs * cores;
  }
  if (figures_.bytes <= 0) figures_.bytes = kHostBytes;
  if (type_ == ONNXIFI_DEVICE_TYPE_CPU) {
    figures_.launch = kHostLaunch;
    return;
  }
  const auto copy = [&](onnxBackendInfo selector) {
    const double told = number(selector, kMostBytes);
    return CopyCost{kCopyLatency,
                    PicosecondsPerByte(told > 0 ? told : kBusBytes)};
  };
  figures_.from_host = copy(ONNXIFI_BACKEND_CPU_MEMORY_READ_BANDWIDTH);
  figures_.to_host = copy(ONNXIFI_BACKEND_CPU_MEMORY_WRITE_BANDWIDTH);
  figures_.launch = kLaunch;
  const uint64_t memory = Number(ONNXIFI_BACKEND_MEMORY_SIZE, 0);
  if (memory > 0 && memory <= static_cast<uint64_t>(INT64_MAX)) {
    figures_.memory = static_cast<int64_t>(memory);
  }
}

Result<onnxBackend> Device::Backend() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (made_) return backend_;
  const uint64_t tolerant[] = {ONNXIFI_BACKEND_PROPERTY_TOLERANT, 1,
                               ONNXIFI_BACKEND_PROPERTY_NONE};
  onnxStatus status = functions_.onnxInitBackend(id_, tolerant, &backend_);
  if (status == ONNXIFI_STATUS_UNSUPPORTED_PROPERTY) {
    status = functions_.onnxInitBackend(id_, nullptr, &backend_);
  }
  Status checked = functions_.Check(status);
  if (!checked.ok()) return checked.WithContext(name_);
  made_ = true;
  return backend_;
}

Result<std::vector<std::shared_ptr<Device>>> OpenDevices(
    const Functions& functions) {
  std::vector<onnxBackendID> ids;
  size_t count = 0;
  onnxStatus status = functions.onnxGetBackendIDs(nullptr, &count);
  // The number may grow between the calls.
  for (int attempt = 0; attempt < 3; ++attempt) {
    if (status != ONNXIFI_STATUS_FALLBACK) break;
    ids.resize(count);
    status = functions.onnxGetBackendIDs(ids.data(), &count);
  }
  ONNXIFI_RETURN_IF_ERROR(functions.Check(status));
  ids.resize(status == ONNXIFI_STATUS_SUCCESS ? std::min(count, ids.size())
                                              : 0);
  std::vector<std::shared_ptr<Device>> devices;
  for (const onnxBackendID id : ids) {
    auto device = std::make_shared<Device>(functions, id);
    if (device->type() == ONNXIFI_DEVICE_TYPE_HETEROGENEOUS) continue;
    devices.push_back(std::move(device));
  }
  // A backend that carries values is a whole one; others follow in order.
  std::stable_partition(devices.begin(), devices.end(), [](const auto& device) {
    return device->type() == ONNXIFI_DEVICE_TYPE_CPU &&
           device->carries_values() && !device->name().ends_with("null");
  });
  return devices;
}

std::vector<std::shared_ptr<Device>> ChooseDevices(
    const std::vector<std::shared_ptr<Device>>& all,
    std::span<const std::string> parts) {
  std::vector<std::shared_ptr<Device>> chosen;
  const auto take = [&](const std::shared_ptr<Device>& device) {
    const bool have =
        std::find(chosen.begin(), chosen.end(), device) != chosen.end();
    if (!have && !device->lost()) chosen.push_back(device);
  };
  if (!all.empty()) take(all.front());
  for (const std::string& part : parts) {
    for (const auto& device : all) {
      if (device->name().find(part) != std::string::npos) take(device);
    }
  }
  for (const auto& device : all) {
    if (parts.empty() && device->type() != ONNXIFI_DEVICE_TYPE_CPU &&
        !device->name().ends_with("null")) {
      take(device);
    }
  }
  constexpr auto kMost = static_cast<size_t>(kMaxDevices);
  if (chosen.size() > kMost) chosen.resize(kMost);
  return chosen;
}

}  // namespace onnxifi::partitioner
