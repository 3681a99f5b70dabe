#include "conformance/harness/outcome.h"

#include <gtest/gtest.h>

namespace onnxifi::conformance {
namespace {

TEST(OutcomeTest, NamesAreReadBack) {
#define ONNXIFI_OUTCOME(name, certifies)           \
  EXPECT_STREQ(OutcomeName(Outcome::name), #name); \
  EXPECT_EQ(ParseOutcome(#name), Outcome::name);   \
  EXPECT_EQ(Certifies(Outcome::name), certifies);
#include "conformance/harness/outcome.inc"
}

TEST(OutcomeTest, OtherNamesAreNone) {
  for (const char* name : {"", "pass", "PASS ", "XPASS", "SKIP"}) {
    EXPECT_FALSE(ParseOutcome(name).has_value()) << name;
  }
}

// A plugin is certified by passes and by what it may leave out, and by nothing
// that went wrong or is not known.
TEST(OutcomeTest, OnlyThreeCertify) {
  int certifying = 0;
#define ONNXIFI_OUTCOME(name, certifies) certifying += (certifies) ? 1 : 0;
#include "conformance/harness/outcome.inc"
  EXPECT_EQ(certifying, 3);
  EXPECT_FALSE(Certifies(Outcome::NOT_RUN));
}

}  // namespace
}  // namespace onnxifi::conformance
