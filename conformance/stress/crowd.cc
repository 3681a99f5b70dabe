#include "conformance/stress/crowd.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "base/str_cat.h"

namespace onnxifi::conformance {

void Crowd::Run(size_t threads,
                const std::function<std::string(size_t, size_t)>& turn) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + std::chrono::milliseconds(milliseconds_);
  std::vector<std::string> wrong(threads);
  std::atomic<bool> over{false};
  std::atomic<size_t> turns{0};
  std::vector<std::thread> crowd;
  for (size_t t = 0; t < threads; ++t) {
    crowd.emplace_back([&, t] {
      for (size_t i = 0; !over && (i < 3 || Clock::now() < until); ++i) {
        wrong[t] = turn(t, i);
        ++turns;
        if (!wrong[t].empty()) over = true;
      }
    });
  }
  for (std::thread& thread : crowd) thread.join();
  for (size_t t = 0; t < threads; ++t) {
    CERTIFY_CHECK(test_, wrong[t].empty(), "thread ", t, " of ", threads, ": ",
                  wrong[t]);
  }
  test_.Show("turns", static_cast<double>(turns));
}

std::string Wrong(onnxStatus status, const char* call) {
  return status == ONNXIFI_STATUS_SUCCESS || status == ONNXIFI_STATUS_FALLBACK
             ? ""
             : StrCat(call, " returns ", StatusText(status));
}

}  // namespace onnxifi::conformance
