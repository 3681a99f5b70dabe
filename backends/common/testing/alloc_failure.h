#ifndef ONNXIFI_BACKENDS_COMMON_TESTING_ALLOC_FAILURE_H_
#define ONNXIFI_BACKENDS_COMMON_TESTING_ALLOC_FAILURE_H_

#include <cstdint>

namespace onnxifi::testing {

// While it lives, operator new fails on this thread after `allowed` more
// allocations. Link alloc_failure.cc into the test. Not nestable.
class AllocFailure {
 public:
  explicit AllocFailure(int64_t allowed);
  ~AllocFailure();
  AllocFailure(const AllocFailure&) = delete;
  AllocFailure& operator=(const AllocFailure&) = delete;

  // Whether an allocation has failed since.
  static bool Happened();
};

}  // namespace onnxifi::testing

#endif  // ONNXIFI_BACKENDS_COMMON_TESTING_ALLOC_FAILURE_H_
