// Mutants that tell wrong things of themselves.
#include <cstring>
#include <string_view>

#include "conformance/mutants/mutant.h"

namespace onnxifi::mutants {
namespace {

using Answer = onnxStatus (*)(onnxBackendInfo selector, void* value,
                              size_t* size, size_t capacity, onnxStatus status);

// Changes what onnxGetBackendInfo has answered.
class InfoMutant final : public Mutant {
 public:
  InfoMutant(const BasePlugin& base, Answer answer)
      : Mutant(base), answer_(answer) {}
  onnxStatus onnxGetBackendInfo(onnxBackendID id, onnxBackendInfo selector,
                                void* value, size_t* size) override {
    const size_t capacity = size == nullptr ? 0 : *size;
    const onnxStatus status =
        base_.onnxGetBackendInfo(id, selector, value, size);
    if (status != ONNXIFI_STATUS_SUCCESS && status != ONNXIFI_STATUS_FALLBACK) {
      return status;
    }
    return answer_(selector, value, size, capacity, status);
  }

 private:
  const Answer answer_;
};

bool IsText(onnxBackendInfo selector) {
  return selector == ONNXIFI_BACKEND_NAME ||
         selector == ONNXIFI_BACKEND_VENDOR ||
         selector == ONNXIFI_BACKEND_VERSION ||
         selector == ONNXIFI_BACKEND_DEVICE ||
         selector == ONNXIFI_BACKEND_EXTENSIONS ||
         selector == ONNXIFI_BACKEND_ONNX_IR_VERSION ||
         selector == ONNXIFI_BACKEND_OPSET_VERSION;
}

onnxStatus SizeOneMore(onnxBackendInfo, void*, size_t* size, size_t,
                       onnxStatus status) {
  ++*size;
  return status;
}
onnxStatus SizeOneLess(onnxBackendInfo, void*, size_t* size, size_t,
                       onnxStatus status) {
  if (*size > 0) --*size;
  return status;
}
onnxStatus SizeKept(onnxBackendInfo, void*, size_t* size, size_t capacity,
                    onnxStatus status) {
  *size = capacity;
  return status;
}
onnxStatus TextNotTerminated(onnxBackendInfo selector, void*, size_t* size,
                             size_t, onnxStatus status) {
  if (IsText(selector) && *size > 1) --*size;
  return status;
}
onnxStatus TextTerminatedTwice(onnxBackendInfo selector, void* value,
                               size_t* size, size_t capacity,
                               onnxStatus status) {
  if (!IsText(selector)) return status;
  ++*size;
  if (status != ONNXIFI_STATUS_SUCCESS) return status;
  if (*size > capacity) return ONNXIFI_STATUS_FALLBACK;
  static_cast<char*>(value)[*size - 1] = '\0';
  return status;
}
onnxStatus WritesPast(onnxBackendInfo, void* value, size_t* size,
                      size_t capacity, onnxStatus status) {
  if (status == ONNXIFI_STATUS_SUCCESS && *size < capacity) {
    static_cast<char*>(value)[*size] = 'x';
  }
  return status;
}
onnxStatus WritesTooSmall(onnxBackendInfo selector, void* value, size_t*,
                          size_t capacity, onnxStatus status) {
  if (status == ONNXIFI_STATUS_FALLBACK && value != nullptr &&
      IsText(selector)) {
    std::memset(value, 'x', capacity);
  }
  return status;
}
// Answers `selector` with `text`, which is terminated, by the rules.
onnxStatus AnswerText(onnxBackendInfo asked, onnxBackendInfo selector,
                      std::string_view text, void* value, size_t* size,
                      size_t capacity, onnxStatus status) {
  if (asked != selector) return status;
  *size = text.size() + 1;
  if (value == nullptr || capacity < *size) return ONNXIFI_STATUS_FALLBACK;
  std::memcpy(value, text.data(), text.size());
  static_cast<char*>(value)[text.size()] = '\0';
  return ONNXIFI_STATUS_SUCCESS;
}
onnxStatus AnswerNumber(onnxBackendInfo asked, onnxBackendInfo selector,
                        uint64_t number, void* value, onnxStatus status) {
  if (asked == selector && status == ONNXIFI_STATUS_SUCCESS) {
    std::memcpy(value, &number, sizeof(number));
  }
  return status;
}

template <onnxBackendInfo kSelector, const auto& kText>
onnxStatus Says(onnxBackendInfo selector, void* value, size_t* size,
                size_t capacity, onnxStatus status) {
  return AnswerText(selector, kSelector, kText, value, size, capacity, status);
}
template <onnxBackendInfo kSelector, uint64_t kNumber>
onnxStatus Counts(onnxBackendInfo selector, void* value, size_t*, size_t,
                  onnxStatus status) {
  return AnswerNumber(selector, kSelector, kNumber, value, status);
}
constexpr char kLongName[] =
    "A name that is far longer than clients of the interface have room for";
constexpr char kNothing[] = "";
constexpr char kCommas[] = "onnx_extension_function,onnxGetInterfaceFunction";
constexpr char kNewIr[] = "8 9 10";
constexpr char kNumbers[] = "28 5";
constexpr char kOddUtf8[] = "device \xff";
onnxStatus Changing(onnxBackendInfo selector, void* value, size_t* size, size_t,
                    onnxStatus status) {
  static int calls = 0;
  if (selector == ONNXIFI_BACKEND_VENDOR && value != nullptr &&
      status == ONNXIFI_STATUS_SUCCESS && *size > 0 && ++calls % 2 == 0) {
    static_cast<char*>(value)[0] ^= 1;
  }
  return status;
}

struct Row {
  const char* name;
  Answer answer;
  const char* what;
};
constexpr Row kRows[] = {
    {"info_size_one_more", &SizeOneMore, "sizes are one too large"},
    {"info_size_one_less", &SizeOneLess, "sizes are one too small"},
    {"info_size_unchanged", &SizeKept, "the size is never stored"},
    {"info_text_not_terminated", &TextNotTerminated,
     "texts come without their NUL"},
    {"info_text_terminated_twice", &TextTerminatedTwice,
     "texts come with a second NUL"},
    {"info_writes_past", &WritesPast, "one byte behind a value changes"},
    {"info_writes_when_small", &WritesTooSmall,
     "a buffer that is too small is written"},
    {"info_changes", &Changing, "the vendor is another in every second answer"},
    {"info_long_name", &Says<ONNXIFI_BACKEND_NAME, kLongName>,
     "the name is longer than 49 bytes"},
    {"info_bad_utf8", &Says<ONNXIFI_BACKEND_DEVICE, kOddUtf8>,
     "the device's name is no UTF-8"},
    {"info_no_tokens", &Says<ONNXIFI_BACKEND_EXTENSIONS, kNothing>,
     "the list of extensions lacks those that it has"},
    {"info_tokens_with_commas", &Says<ONNXIFI_BACKEND_EXTENSIONS, kCommas>,
     "extensions are separated by commas"},
    {"info_ir_without_3", &Says<ONNXIFI_BACKEND_ONNX_IR_VERSION, kNewIr>,
     "the list of IR versions lacks 3"},
    {"info_opsets_without_domain",
     &Says<ONNXIFI_BACKEND_OPSET_VERSION, kNumbers>,
     "operator sets are numbers without a domain"},
    {"info_unknown_device_type", &Counts<ONNXIFI_BACKEND_DEVICE_TYPE, 0x77>,
     "the device type is none of the list"},
    {"info_claims_all_capabilities",
     &Counts<ONNXIFI_BACKEND_CAPABILITIES, 0xffffffff>,
     "capabilities that do not exist are claimed"},
    {"info_capability_without_another",
     &Counts<ONNXIFI_BACKEND_CAPABILITIES, 0x11>,
     "outputs of any size without what that implies"},
    {"info_claims_memory_types", &Counts<ONNXIFI_BACKEND_MEMORY_TYPES, 0xffff>,
     "memory types that do not exist are claimed"},
    {"info_claims_synchronization",
     &Counts<ONNXIFI_BACKEND_SYNCHRONIZATION_TYPES, 0xff>,
     "types of fences that do not exist are claimed"},
    {"info_wrong_interface_version",
     &Counts<ONNXIFI_BACKEND_ONNXIFI_VERSION, 7>,
     "the version of the interface is 0.7"},
    {"info_no_graphs", &Counts<ONNXIFI_BACKEND_MAX_GRAPH_COUNT, 0>,
     "it can hold no graph"},
    {"info_common_init_properties", &Counts<ONNXIFI_BACKEND_INIT_PROPERTIES, 7>,
     "properties of the interface count as the vendor's"},
};

}  // namespace

void AddInfoMutants(std::vector<MutantInfo>* list) {
  for (const Row& row : kRows) {
    list->push_back(
        {row.name, Area::kInfo, row.what, [row](const BasePlugin& base) {
           return std::make_unique<InfoMutant>(base, row.answer);
         }});
  }
}

}  // namespace onnxifi::mutants
