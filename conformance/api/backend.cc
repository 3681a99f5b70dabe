// onnxInitBackend: section 7.5 of the checklist.
#include "conformance/api/api_kit.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

constexpr uint64_t kOptimization = ONNXIFI_BACKEND_PROPERTY_OPTIMIZATION;
constexpr uint64_t kLogLevel = ONNXIFI_BACKEND_PROPERTY_LOG_LEVEL;
constexpr uint64_t kUnknown = 0x7777;
constexpr onnxStatus kSuccess = ONNXIFI_STATUS_SUCCESS;
constexpr onnxStatus kBadValue = ONNXIFI_STATUS_INVALID_PROPERTY;
constexpr onnxStatus kBadKey = ONNXIFI_STATUS_UNSUPPORTED_PROPERTY;

struct Row {
  const char* name;
  std::vector<std::string> requirements;
  std::vector<uint64_t> list;
  onnxStatus status;
};

std::vector<Row> Rows() {
  return {
      {"empty", {"R-106"}, {0}, kSuccess},
      {"nothing_behind_the_end", {"R-110"}, {0, kUnknown, 1}, kSuccess},
      {"optimization_throughput", {"R-110"}, {kOptimization, 0, 0}, kSuccess},
      {"optimization_latency", {"R-111"}, {kOptimization, 1, 0}, kSuccess},
      {"optimization_power", {"R-111"}, {kOptimization, 2, 0}, kSuccess},
      {"optimization_delay", {"R-111"}, {kOptimization, 3, 0}, kSuccess},
      {"optimization_4", {"R-112"}, {kOptimization, 4, 0}, kBadValue},
      {"optimization_64_bits",
       {"R-112"},
       {kOptimization, uint64_t{1} << 32, 0},
       kBadValue},
      {"log_level_debug", {"R-113"}, {kLogLevel, 1, 0}, kSuccess},
      {"log_level_info", {"R-113"}, {kLogLevel, 2, 0}, kSuccess},
      {"log_level_warning", {"R-113"}, {kLogLevel, 3, 0}, kSuccess},
      {"log_level_error", {"R-113"}, {kLogLevel, 4, 0}, kSuccess},
      {"log_level_0", {"R-113"}, {kLogLevel, 0, 0}, kBadValue},
      {"log_level_5", {"R-113"}, {kLogLevel, 5, 0}, kBadValue},
      {"log_level_64_bits",
       {"R-113"},
       {kLogLevel, (uint64_t{1} << 32) + 3, 0},
       kBadValue},
      {"unknown_key", {"R-114"}, {kUnknown, 1, 0}, kBadKey},
      {"unknown_key_of_value_0", {"R-114"}, {kUnknown, 0, 0}, kBadKey},
      {"unknown_key_behind_value_0",
       {"R-110"},
       {kOptimization, 0, kUnknown, 1, 0},
       kBadKey},
      {"both", {"R-110"}, {kOptimization, 1, kLogLevel, 4, 0}, kSuccess},
      {"bad_value_behind_value_0",
       {"R-110"},
       {kOptimization, 0, kLogLevel, 9, 0},
       kBadValue},
      {"repeated", {"R-110"}, {kLogLevel, 4, kLogLevel, 3, 0}, kSuccess},
      {"repeated_and_bad",
       {"R-110"},
       {kLogLevel, 4, kLogLevel, 9, 0},
       kBadValue},
  };
}

void PropertyList(Test& test, const Row& row) {
  Session session(test);
  CERTIFY_REQUIRE(test, session.ready(), "no backend");
  std::vector<uint64_t> list = row.list;
  onnxBackend made = Preset();
  CERTIFY_STATUS(
      test, test.plugin().onnxInitBackend(session.id(), list.data(), &made),
      row.status, row.name);
  CERTIFY_CHECK(test, list == row.list, "the list has changed");
  if (row.status != kSuccess) {
    CERTIFY_CHECK(test, made == nullptr, "*backend is not NULL");
    CheckReason(test, session, row.name);
    return;
  }
  CERTIFY_REQUIRE(test, made != nullptr && made != Preset(), "no backend");
  // The list is the client's again.
  std::fill(list.begin(), list.end(), kUnknown);
  onnxEvent event = nullptr;
  CERTIFY_STATUS(test, test.plugin().onnxInitEvent(made, &event), kSuccess,
                 "on a backend with properties");
  CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(event), kSuccess,
                 "on a backend with properties");
  CERTIFY_STATUS(test, test.plugin().onnxReleaseBackend(made), kSuccess,
                 "a backend with properties");
}

void NoList(Test& test) {
  Session session(test);
  for (int i = 0; i < 3; ++i) {
    onnxBackend made = Preset();
    CERTIFY_STATUS(test,
                   test.plugin().onnxInitBackend(session.id(), nullptr, &made),
                   kSuccess, "without properties");
    CERTIFY_REQUIRE(test, made != nullptr && made != Preset(), "no backend");
    CERTIFY_STATUS(test, test.plugin().onnxReleaseBackend(made), kSuccess,
                   "a backend");
    CERTIFY_STATUS(test, test.plugin().onnxReleaseBackend(made),
                   ONNXIFI_STATUS_INVALID_BACKEND, "released twice");
  }
}

void NullBackend(Test& test) {
  Session session(test);
  CERTIFY_STATUS(test,
                 test.plugin().onnxInitBackend(session.id(), nullptr, nullptr),
                 ONNXIFI_STATUS_INVALID_POINTER, "backend is NULL");
  CheckReason(test, session, "a backend that is NULL");
}

// Streams and contexts of software that the backend is not made with.
void ForeignTechnology(Test& test) {
  Session session(test);
  const auto refused = [&](onnxBackendInfo selector) {
    size_t size = 0;
    return test.plugin().onnxGetBackendInfo(session.id(), selector, nullptr,
                                            &size) ==
           ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE;
  };
  const struct {
    onnxBackendInfo selector;
    uint64_t key;
    const char* what;
  } rows[] = {{ONNXIFI_BACKEND_CUDA_INDEX, ONNXIFI_BACKEND_CUDA_STREAM,
               "a CUDA stream"},
              {ONNXIFI_BACKEND_OPENCL_DEVICE_ID, ONNXIFI_BACKEND_OPENCL_CONTEXT,
               "an OpenCL context"}};
  for (const auto& row : rows) {
    test.Count();
    if (!refused(row.selector)) continue;
    const uint64_t list[] = {row.key, 0x1000, 0};
    onnxBackend made = Preset();
    CERTIFY_STATUS(test,
                   test.plugin().onnxInitBackend(session.id(), list, &made),
                   kBadKey, row.what, " for a backend of other software");
    CERTIFY_CHECK(test, made == nullptr, "*backend is not NULL");
  }
}

void TwoBackends(Test& test) {
  Session session(test);
  onnxBackend first = session.NewBackend();
  onnxBackend second = session.NewBackend();
  CERTIFY_REQUIRE(test, first != nullptr && second != nullptr, "no backend");
  CERTIFY_CHECK(test, first != second, "two backends have one handle");
  for (onnxBackend backend : {second, first}) {
    onnxEvent event = nullptr;
    CERTIFY_STATUS(test, test.plugin().onnxInitEvent(backend, &event), kSuccess,
                   "one of two backends");
    session.OwnEvent(event);
  }
  session.DisownBackend(first);
  CERTIFY_STATUS(test, test.plugin().onnxReleaseBackend(first), kSuccess,
                 "one of two backends");
  onnxEvent event = nullptr;
  CERTIFY_STATUS(test, test.plugin().onnxInitEvent(second, &event), kSuccess,
                 "the other backend was released");
  session.OwnEvent(event);
}

}  // namespace

void AddBackendTests(TestList* list) {
  list->Add("backend/no_list", {"R-105", "R-117", "R-118", "R-120"}, &NoList);
  list->Add("backend/null_backend", {"R-107"}, &NullBackend);
  for (const Row& row : Rows()) {
    list->Add(StrCat("backend/properties_", row.name), row.requirements,
              [row](Test& test) { PropertyList(test, row); });
  }
  list->Add("backend/foreign_technology", {"R-115"}, &ForeignTechnology);
  list->Add("backend/two_backends", {"R-116"}, &TwoBackends);
}

}  // namespace onnxifi::conformance
