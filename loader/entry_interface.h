#ifndef ONNXIFI_LOADER_ENTRY_INTERFACE_H_
#define ONNXIFI_LOADER_ENTRY_INTERFACE_H_

#include <onnxifi/onnxifi_ext.h>

#include <atomic>
#include <memory>
#include <string_view>
#include <thread>

#include "loader/entry.h"

namespace onnxifi::loader {

// What the functions of interface 1.1 share.

// What all argument structures begin with.
template <typename Arguments>
onnxStatus CheckArguments(const Arguments* arguments, const char* function) {
  if (arguments == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, function, "arguments is NULL");
  }
  if (arguments->structSize < sizeof(*arguments)) {
    return Fail(ONNXIFI_STATUS_INVALID_SIZE, function,
                "structSize is smaller than the structure of interface 1.1");
  }
  if (arguments->next != nullptr) {
    return Fail(ONNXIFI_STATUS_UNSUPPORTED_PROPERTY, function,
                "next is not NULL, but no extension is known");
  }
  return ONNXIFI_STATUS_SUCCESS;
}

// A copy for the plugin: no larger than what the loader knows.
template <typename Arguments>
Arguments CopyOf(const Arguments& arguments) {
  Arguments copy = arguments;
  copy.structSize = sizeof(copy);
  return copy;
}

// A structure that a function fills.
template <typename Structure>
onnxStatus CheckResult(const Structure* result, const char* function,
                       const char* what) {
  if (result == nullptr) {
    return Fail(ONNXIFI_STATUS_INVALID_POINTER, function,
                std::string_view(what));
  }
  if (result->structSize < sizeof(*result)) {
    return Fail(ONNXIFI_STATUS_INVALID_SIZE, function,
                "structSize of the structure to fill is smaller than in "
                "interface 1.1");
  }
  return ONNXIFI_STATUS_SUCCESS;
}

// Gives the client what a plugin has filled, up to what the loader knows; the
// client's structSize stays.
template <typename Structure>
void GiveResult(const Structure& told, Structure* result) {
  const uint32_t size = result->structSize;
  *result = told;
  result->structSize = size;
}

// Stands between a plugin that answers once, through a callback, and the
// client's function. Lives for one call. `judge` tells what is wrong with an
// answer, or NULL.
template <typename... Answer>
class AnswerReceiver {
 public:
  using Client = onnxStatus(ONNXIFI_ABI*)(void* context, Answer... answer);
  using Judge = const char* (*)(Answer... answer);

  AnswerReceiver(Client client, void* context, Judge judge)
      : client_(client), context_(context), judge_(judge) {}

  // What the plugin gets in place of the client's function.
  static onnxStatus ONNXIFI_ABI Receive(void* self, Answer... answer) noexcept {
    return static_cast<AnswerReceiver*>(self)->Take(answer...);
  }

  // What the call ends with when the plugin has returned `status`.
  onnxStatus End(onnxStatus status, const char* function,
                 const Device* device) const noexcept {
    const auto blame = [&](const char* lie) {
      return FailInPlugin(ONNXIFI_STATUS_INTERNAL_ERROR, function, device, lie);
    };
    if (const char* lie = lie_) return blame(lie);
    if (client_throws_) {
      return Fail(ONNXIFI_STATUS_INTERNAL_ERROR, function,
                  "receive throws an exception");
    }
    if (client_status_ != ONNXIFI_STATUS_SUCCESS) {
      const bool ends = IsKnownStatus(client_status_) &&
                        client_status_ != ONNXIFI_STATUS_FALLBACK;
      return ends ? Fail(client_status_, function, "receive ended the call")
                  : Fail(ONNXIFI_STATUS_INTERNAL_ERROR, function,
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

 private:
  onnxStatus Take(Answer... answer) noexcept {
    const char* lie = received_ ? "it answers more than once" : nullptr;
    if (std::this_thread::get_id() != thread_) {
      lie = "it answers on another thread";
    }
    if (lie == nullptr) lie = judge_(answer...);
    if (lie != nullptr) {
      lie_ = lie;
      return ONNXIFI_STATUS_INTERNAL_ERROR;
    }
    received_ = true;
    try {
      client_status_ = client_(context_, answer...);
    } catch (...) {
      client_throws_ = true;
      client_status_ = ONNXIFI_STATUS_INTERNAL_ERROR;
    }
    return client_status_;
  }

  const Client client_;
  void* const context_;
  const Judge judge_;
  const std::thread::id thread_ = std::this_thread::get_id();
  std::atomic<const char*> lie_ = nullptr;
  bool received_ = false;
  bool client_throws_ = false;
  onnxStatus client_status_ = ONNXIFI_STATUS_SUCCESS;
};

// A client's event as the plugin's. INVALID_EVENT for one of another plugin.
onnxStatus TranslateEvent(onnxEvent event, const Device* device,
                          const char* function, onnxEvent* inner);
onnxStatus TranslateWaits(const onnxEvent* events, uint32_t count,
                          const Device* device, const char* function,
                          std::unique_ptr<onnxEvent[]>* inner);

// Ends a call that makes an event: `slot` was reserved, `inner` is what the
// plugin gave. On success *event is the client's handle, which hangs on the
// backend.
onnxStatus PublishEvent(onnxStatus status, const char* function,
                        const HandleEntry& owner, uint32_t backend_slot,
                        uint32_t slot, onnxEvent inner, onnxEvent* event);

// For a client that uses the table of one backend with another's objects.
inline onnxStatus NotOffered(const char* function) {
  return Fail(ONNXIFI_STATUS_UNSUPPORTED_VERSION, function,
              "the backend of this object does not offer the function");
}

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_ENTRY_INTERFACE_H_
