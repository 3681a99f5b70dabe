// queryGraph: a plugin's answer is checked before the client gets it.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>

#include "loader/entry_interface.h"
#include "loader/node_count.h"

namespace onnxifi::loader {

namespace {

constexpr const char* kFunction = "queryGraph";

// Structures grow by members: a larger stride is garbage, and would lead far
// beyond the array.
constexpr uint32_t kMaxStructSize = 4096;

// The following say what is wrong with an answer; NULL when nothing is.

const char* JudgeNode(const onnxNodeSupport& node) {
  const bool refused = node.support == ONNXIFI_SUPPORT_NONE;
  if (!refused && node.support != ONNXIFI_SUPPORT_NATIVE &&
      node.support != ONNXIFI_SUPPORT_EMULATED) {
    return "the support of a node is not one of ONNXIFI_SUPPORT_*";
  }
  if (!IsKnownStatus(node.status) || node.status == ONNXIFI_STATUS_FALLBACK) {
    return "the status of a node is not one that a node can have";
  }
  if (refused == (node.status == ONNXIFI_STATUS_SUCCESS)) {
    return "support and status of a node contradict each other";
  }
  if (node.group < -1 || node.costNs < -1 || node.workspaceBytes < -1) {
    return "the group, the cost or the workspace of a node is below -1";
  }
  return nullptr;
}

const char* JudgeNodes(const onnxNodeSupport* nodes, uint32_t count) {
  if (count == 0) return nullptr;
  if (nodes == nullptr) return "it answers for nodes, but gives none";
  if (reinterpret_cast<uintptr_t>(nodes) % alignof(onnxNodeSupport) != 0) {
    return "its answer is not aligned";
  }
  const uint32_t stride = nodes->structSize;
  if (stride < sizeof(onnxNodeSupport) || stride > kMaxStructSize ||
      stride % alignof(onnxNodeSupport) != 0) {
    return "the structSize in its answer is not one that a node can have";
  }
  const auto* at = reinterpret_cast<const char*>(nodes);
  for (uint32_t i = 0; i < count; ++i, at += stride) {
    const auto* node = reinterpret_cast<const onnxNodeSupport*>(at);
    if (node->structSize != stride) {
      return "the structSize of the nodes in its answer differ";
    }
    if (const char* lie = JudgeNode(*node)) return lie;
  }
  return nullptr;
}

// Stands between a plugin and the client's function. Lives for one call.
class Receiver {
 public:
  explicit Receiver(const onnxQueryGraphArguments& client) : client_(client) {}

  // What the plugin gets in place of the client's function.
  static onnxStatus ONNXIFI_ABI Receive(void* context, uint32_t count,
                                        const onnxNodeSupport* nodes) noexcept {
    return static_cast<Receiver*>(context)->Take(count, nodes);
  }

  // What the call ends with when the plugin has returned `status`.
  onnxStatus End(onnxStatus status, const Device* device) const noexcept;

 private:
  onnxStatus Take(uint32_t count, const onnxNodeSupport* nodes) noexcept;
  const char* Judge(uint32_t count, const onnxNodeSupport* nodes) noexcept;

  const onnxQueryGraphArguments& client_;
  const std::thread::id thread_ = std::this_thread::get_id();
  std::atomic<const char*> lie_ = nullptr;
  bool received_ = false;
  bool client_throws_ = false;
  onnxStatus client_status_ = ONNXIFI_STATUS_SUCCESS;
};

const char* Receiver::Judge(uint32_t count,
                            const onnxNodeSupport* nodes) noexcept {
  // First, as another thread may not look at the rest.
  if (std::this_thread::get_id() != thread_) {
    return "it answers on another thread";
  }
  if (received_) return "it answers more than once";
  // A model that cannot be counted is the plugin's to judge.
  const auto in_model =
      CountNodes({static_cast<const std::byte*>(client_.onnxModel),
                  client_.onnxModelSize});
  if (in_model.has_value() && *in_model != count) {
    return "it answers for another number of nodes than the model has";
  }
  return JudgeNodes(nodes, count);
}

onnxStatus Receiver::Take(uint32_t count,
                          const onnxNodeSupport* nodes) noexcept {
  if (const char* lie = Judge(count, nodes)) {
    lie_ = lie;
    return ONNXIFI_STATUS_INTERNAL_ERROR;
  }
  received_ = true;
  try {
    client_status_ = client_.receive(client_.receiveContext, count, nodes);
  } catch (...) {
    client_throws_ = true;
    client_status_ = ONNXIFI_STATUS_INTERNAL_ERROR;
  }
  return client_status_;
}

onnxStatus Receiver::End(onnxStatus status,
                         const Device* device) const noexcept {
  const auto blame = [&](const char* lie) {
    return FailInPlugin(ONNXIFI_STATUS_INTERNAL_ERROR, kFunction, device, lie);
  };
  if (const char* lie = lie_) return blame(lie);
  if (client_throws_) {
    return Fail(ONNXIFI_STATUS_INTERNAL_ERROR, kFunction,
                "receive throws an exception");
  }
  if (client_status_ != ONNXIFI_STATUS_SUCCESS) {
    const bool ends = IsKnownStatus(client_status_) &&
                      client_status_ != ONNXIFI_STATUS_FALLBACK;
    return ends ? Fail(client_status_, kFunction, "receive ended the call")
                : Fail(ONNXIFI_STATUS_INTERNAL_ERROR, kFunction,
                       "receive returned a status that ends no call");
  }
  if (status == ONNXIFI_STATUS_FALLBACK) {
    return blame("its status is not one of this function");
  }
  if (status == ONNXIFI_STATUS_SUCCESS && !received_) {
    return blame("it reports success without an answer");
  }
  if (status != ONNXIFI_STATUS_SUCCESS && received_) {
    return blame("it answers and then fails");
  }
  return status;
}

// A model that is NULL comes first, one of no bytes last.
onnxStatus CheckPointers(const onnxQueryGraphArguments& arguments) {
  if (arguments.onnxModel != nullptr && arguments.weightsCount > 0 &&
      arguments.weightDescriptors == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction,
                "weightDescriptors is NULL although weightsCount is not 0");
  }
  if (arguments.onnxModel != nullptr && arguments.receive == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, kFunction, "receive is NULL");
  }
  return CheckModelBytes(kFunction, arguments.onnxModel,
                         arguments.onnxModelSize);
}

}  // namespace

onnxStatus ONNXIFI_ABI
EntryQueryGraph(const onnxQueryGraphArguments* arguments) {
  onnxStatus status = CheckArguments(arguments, kFunction);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  HandleEntry id;
  if (!FindHandle(arguments->backendID, HandleKind::kId, &id)) {
    return Fail(ONNXIFI_STATUS_INVALID_ID, kFunction, kNoId);
  }
  status = CheckPointers(*arguments);
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  const onnxQueryGraphCall query = id.device->interface.inner.queryGraph;
  if (query == nullptr) return NotOffered(kFunction);
  Receiver receiver(*arguments);
  onnxQueryGraphArguments inner = CopyOf(*arguments);
  inner.backendID = id.inner;
  if (inner.weightsCount == 0) inner.weightDescriptors = nullptr;
  inner.receive = &Receiver::Receive;
  inner.receiveContext = &receiver;
  status = CallPlugin(id.device, kFunction,
                      [&](const DispatchTable&) { return query(&inner); });
  return receiver.End(status, id.device);
}

}  // namespace onnxifi::loader
