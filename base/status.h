#ifndef ONNXIFI_BASE_STATUS_H_
#define ONNXIFI_BASE_STATUS_H_

#include <onnxifi/onnxifi.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace onnxifi {

// The node that a failure is about, as the model names it.
struct FailedNode {
  std::string name;
  std::string op;  // "Conv" or "domain:Name"; empty: about no node
};

// The outcome of a fallible call: an ABI status code and, when it is not
// SUCCESS, a text that says what failed, why, and how to fix it, and perhaps
// the node. One pointer wide beside the code; OK allocates nothing.
// Thread-compatible; copies share the text.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(onnxStatus code, std::string message)
      : Status(code, std::move(message), {}) {}

  static Status Ok() { return Status(); }

  bool ok() const { return code_ == ONNXIFI_STATUS_SUCCESS; }
  onnxStatus code() const { return code_; }
  const std::string& message() const { return detail().message; }
  const FailedNode& node() const { return detail().node; }
  // The same failure with more context in front: "conv1: kernel is 0".
  Status WithContext(const std::string& context) const {
    return ok() ? *this : Status(code_, context + ": " + message(), node());
  }
  // The same failure, about a node.
  Status At(FailedNode node) const {
    return ok() ? *this : Status(code_, message(), std::move(node));
  }

 private:
  struct Detail {
    std::string message;
    FailedNode node;
  };

  Status(onnxStatus code, std::string message, FailedNode node)
      : code_(code),
        detail_(code == ONNXIFI_STATUS_SUCCESS
                    ? nullptr
                    : std::make_shared<const Detail>(
                          Detail{std::move(message), std::move(node)})) {}

  const Detail& detail() const {
    if (detail_ != nullptr) return *detail_;
    static const Detail none;
    return none;
  }

  onnxStatus code_ = ONNXIFI_STATUS_SUCCESS;
  std::shared_ptr<const Detail> detail_;
};

// A value, or the Status that says why there is none. Never OK without a
// value.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}         // NOLINT: implicit
  Result(Status status) : state_(std::move(status)) {}  // NOLINT: implicit

  bool ok() const { return std::holds_alternative<T>(state_); }
  Status status() const { return ok() ? Status() : std::get<Status>(state_); }
  T& value() & { return std::get<T>(state_); }
  const T& value() const& { return std::get<T>(state_); }
  T&& value() && { return std::get<T>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<Status, T> state_;
};

#define ONNXIFI_CONCAT_INNER(a, b) a##b
#define ONNXIFI_CONCAT(a, b) ONNXIFI_CONCAT_INNER(a, b)

#define ONNXIFI_RETURN_IF_ERROR(expr)                                        \
  do {                                                                       \
    if (::onnxifi::Status onnxifi_status_ = (expr); !onnxifi_status_.ok()) { \
      return onnxifi_status_;                                                \
    }                                                                        \
  } while (false)

#define ONNXIFI_ASSIGN_OR_RETURN(lhs, expr) \
  ONNXIFI_ASSIGN_OR_RETURN_IMPL(ONNXIFI_CONCAT(result_, __LINE__), lhs, expr)
#define ONNXIFI_ASSIGN_OR_RETURN_IMPL(result, lhs, expr) \
  auto result = (expr);                                  \
  if (!result.ok()) return result.status();              \
  lhs = std::move(result).value()

}  // namespace onnxifi

#endif  // ONNXIFI_BASE_STATUS_H_
