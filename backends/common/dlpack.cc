#include "backends/common/dlpack.h"

#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::dlpack {
namespace {

constexpr int32_t kMostDimensions = 64;

// A tensor that was taken over.
class Taken final : public MemoryOwner {
 public:
  explicit Taken(ManagedTensor* managed) : managed_(managed) {}
  ~Taken() override {
    if (managed_ != nullptr && managed_->deleter != nullptr) {
      managed_->deleter(managed_);
    }
  }
  Taken(const Taken&) = delete;
  Taken& operator=(const Taken&) = delete;
  void LeaveToClient() override { managed_ = nullptr; }

 private:
  ManagedTensor* managed_;
};

// A tensor that was given away, with what it refers to.
struct Given {
  ManagedTensor managed;
  int64_t size;
  int64_t stride;
};

void DeleteGiven(ManagedTensor* managed) {
  delete static_cast<Given*>(managed->context);
}

Status BadShape(const char* why) {
  return Status(ONNXIFI_STATUS_INVALID_SHAPE,
                StrCat("the DLPack tensor ", why));
}

// The number of elements. From the last dimension to the first, a stride is
// the number of elements behind it; that of a single element says nothing.
Result<uint64_t> CountDense(const Tensor& tensor) {
  if (tensor.rank < 0 || tensor.rank > kMostDimensions) {
    return BadShape("has a rank that is not between 0 and 64");
  }
  if (tensor.rank > 0 && tensor.shape == nullptr) {
    return BadShape("has no shape");
  }
  uint64_t count = 1;
  for (int32_t i = tensor.rank - 1; i >= 0; --i) {
    const int64_t size = tensor.shape[i];
    if (size < 0) return BadShape("has a negative dimension");
    if (tensor.strides != nullptr && size != 1 &&
        (tensor.strides[i] < 0 ||
         static_cast<uint64_t>(tensor.strides[i]) != count)) {
      return BadShape("is not dense: its strides leave gaps or another order");
    }
    if (!CheckedMul(count, static_cast<uint64_t>(size), &count)) {
      return BadShape("has more elements than 64 bits count");
    }
  }
  return count;
}

Result<size_t> SizeOf(const Tensor& tensor) {
  ONNXIFI_ASSIGN_OR_RETURN(const uint64_t count, CountDense(tensor));
  const uint64_t bits = uint64_t{tensor.type.bits} * tensor.type.lanes;
  uint64_t all = 0;
  if (!CheckedMul(count, bits, &all)) {
    return BadShape("does not fit into memory");
  }
  if (all > 0) return static_cast<size_t>(CeilDiv(all, uint64_t{8}));
  return Status(ONNXIFI_STATUS_INVALID_SIZE, "the DLPack tensor has no bytes");
}

}  // namespace

Result<MemoryBlock> Import(onnxPointer external) {
  const Status bad_location(ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
                            "not a DLPack tensor whose data can be used");
  if (external == 0 || external % alignof(ManagedTensor) != 0) {
    return bad_location;
  }
  auto* managed = reinterpret_cast<ManagedTensor*>(external);
  const Tensor& tensor = managed->tensor;
  if (tensor.device.type != kHostDevice) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE,
                  StrCat("the DLPack tensor is on a device of type ",
                         tensor.device.type, ", not in host memory"));
  }
  ONNXIFI_ASSIGN_OR_RETURN(const size_t size, SizeOf(tensor));
  onnxPointer buffer = 0;
  onnxPointer end = 0;
  if (tensor.data == nullptr ||
      !CheckedAdd<onnxPointer>(reinterpret_cast<onnxPointer>(tensor.data),
                               tensor.byte_offset, &buffer) ||
      !CheckedAdd<onnxPointer>(buffer, size, &end)) {
    return bad_location;
  }
  return MemoryBlock{buffer, size, reinterpret_cast<void*>(buffer),
                     std::make_shared<Taken>(managed)};
}

onnxPointer Export(const MemoryBlock& block) {
  auto* given = new Given{};
  given->size = static_cast<int64_t>(block.size);
  given->stride = 1;
  Tensor& tensor = given->managed.tensor;
  tensor.data = block.host;
  tensor.device = {kHostDevice, 0};
  tensor.rank = 1;
  tensor.type = {kUnsignedCode, 8, 1};
  tensor.shape = &given->size;
  tensor.strides = &given->stride;
  given->managed.context = given;
  given->managed.deleter = &DeleteGiven;
  return reinterpret_cast<onnxPointer>(&given->managed);
}

}  // namespace onnxifi::dlpack
