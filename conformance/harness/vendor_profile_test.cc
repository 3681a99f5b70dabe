#include "conformance/harness/vendor_profile.h"

#include <gtest/gtest.h>

#include "base/str_cat.h"

namespace onnxifi::conformance {
namespace {

constexpr char kWaiver[] =
    R"({"tests": "node/a*", "outcome": "FAIL", "count": 2, "reason": "bug 1",
        "owner": "somebody", "expires": "2028-02-29"})";

std::string WithWaiver(const std::string& waiver) {
  return StrCat("{\"waivers\": [", waiver, "]}");
}

// The waiver with one text in it replaced.
std::string Changed(const std::string& from, const std::string& to) {
  std::string waiver = kWaiver;
  const size_t found = waiver.find(from);
  EXPECT_NE(found, std::string::npos) << from;
  waiver.replace(found, from.size(), to);
  return WithWaiver(waiver);
}

std::string WhyNot(const std::string& text) {
  const Result<VendorProfile> profile = ParseVendorProfile(text);
  return profile.ok() ? "taken" : profile.status().message();
}

TEST(VendorProfileTest, WithoutAnythingAllIsClaimed) {
  for (const char* text :
       {"{}", R"({"profiles": "all", "operators": "all", "waivers": []})"}) {
    const Result<VendorProfile> profile = ParseVendorProfile(text);
    ASSERT_TRUE(profile.ok()) << profile.status().message();
    EXPECT_TRUE(profile->ClaimsProfile("async"));
    EXPECT_TRUE(profile->ClaimsOperator("Conv"));
    EXPECT_TRUE(profile->waivers.empty());
  }
  EXPECT_TRUE(VendorProfile().ClaimsProfile("core"));
}

TEST(VendorProfileTest, ClaimsAreExact) {
  const Result<VendorProfile> profile = ParseVendorProfile(
      R"({"name": "x", "profiles": ["core", "fp16"],
          "operators": ["Conv", "ai.onnx.ml:Scaler"], "types": ["float32"]})");
  ASSERT_TRUE(profile.ok()) << profile.status().message();
  EXPECT_EQ(profile->name, "x");
  EXPECT_TRUE(profile->ClaimsProfile("core"));
  EXPECT_TRUE(profile->ClaimsProfile("fp16"));
  EXPECT_FALSE(profile->ClaimsProfile("async"));
  EXPECT_FALSE(profile->ClaimsProfile("fp"));
  EXPECT_TRUE(profile->ClaimsOperator("Conv"));
  EXPECT_TRUE(profile->ClaimsOperator("ai.onnx.ml:Scaler"));
  EXPECT_FALSE(profile->ClaimsOperator("Scaler"));
  EXPECT_FALSE(profile->ClaimsOperator("conv"));
  EXPECT_TRUE(profile->ClaimsType("float32"));
  EXPECT_FALSE(profile->ClaimsType("float64"));
  EXPECT_TRUE(VendorProfile().ClaimsType("float64"));
}

TEST(VendorProfileTest, WaiversAreRead) {
  const Result<VendorProfile> profile = ParseVendorProfile(WithWaiver(kWaiver));
  ASSERT_TRUE(profile.ok()) << profile.status().message();
  ASSERT_EQ(profile->waivers.size(), 1u);
  const Waiver& waiver = profile->waivers[0];
  EXPECT_EQ(waiver.pattern, "node/a*");
  EXPECT_EQ(waiver.outcome, "FAIL");
  EXPECT_EQ(waiver.count, 2u);
  EXPECT_EQ(waiver.reason, "bug 1");
  EXPECT_EQ(waiver.owner, "somebody");
  EXPECT_EQ(waiver.expires, "2028-02-29");
}

TEST(VendorProfileTest, WhatIsNoProfileIsRefused) {
  for (const char* text :
       {"", "[]", "7", "{", "{} {}", R"({"profile": []})", R"({"name": 7})",
        R"({"profiles": "some"})", R"({"profiles": ["core", "async "]})",
        R"({"profiles": ["core", 7]})", R"({"profiles": {"core": true}})",
        R"({"operators": "none"})", R"({"operators": [["Conv"]]})",
        R"({"waivers": {}})", R"({"waivers": [7]})", R"({"waivers": [{}]})",
        "{\"name\": \"\xff\"}"}) {
    EXPECT_NE(WhyNot(text).find("vendor profile: "), std::string::npos) << text;
  }
}

// Nothing would be left to test.
TEST(VendorProfileTest, TheCoreIsAlwaysClaimed) {
  EXPECT_NE(WhyNot(R"({"profiles": []})").find("'core'"), std::string::npos);
  EXPECT_NE(WhyNot(R"({"profiles": ["fp16"]})").find("'core'"),
            std::string::npos);
}

TEST(VendorProfileTest, WaiversWithoutAReasonOwnerOrEndAreRefused) {
  for (const char* key :
       {"tests", "outcome", "count", "reason", "owner", "expires"}) {
    const std::string quoted = StrCat("\"", key, "\"");
    EXPECT_NE(WhyNot(Changed(quoted, "\"other\"")), "taken") << key;
  }
  EXPECT_NE(WhyNot(Changed("bug 1", "")), "taken");
  EXPECT_NE(WhyNot(Changed("somebody", "")), "taken");
  EXPECT_NE(WhyNot(Changed("\"bug 1\"", "1")), "taken");
}

TEST(VendorProfileTest, WaiversForNoFailureOrNoTestAreRefused) {
  for (const char* outcome :
       {"PASS", "UNSUPPORTED", "EXCLUDED", "NOT_RUN", "ANY", "fail"}) {
    EXPECT_NE(WhyNot(Changed("FAIL", outcome)), "taken") << outcome;
  }
  for (const char* outcome :
       {"FAIL", "CRASH", "HANG", "LEAK", "OUT_OF_MEMORY"}) {
    EXPECT_EQ(WhyNot(Changed("FAIL", outcome)), "taken") << outcome;
  }
  for (const char* count : {"0", "-1", "1.5", "\"2\"", "null", "1e3"}) {
    EXPECT_NE(WhyNot(Changed(": 2,", StrCat(": ", count, ","))), "taken")
        << count;
  }
}

TEST(VendorProfileTest, DatesAreDays) {
  for (const char* date : {"2026-01-01", "2028-02-29", "2026-12-31"}) {
    EXPECT_TRUE(IsDate(date)) << date;
    EXPECT_EQ(WhyNot(Changed("2028-02-29", date)), "taken") << date;
  }
  for (const char* date :
       {"", "never", "2026-1-1", "2026-13-01", "2026-00-10", "2026-02-29",
        "2026-04-31", "2026-01-00", "2026/01/01", "2026-01-01 ", "20260101xx",
        "-026-01-01", "9999-99-99"}) {
    EXPECT_FALSE(IsDate(date)) << date;
    EXPECT_NE(WhyNot(Changed("2028-02-29", date)), "taken") << date;
  }
}

TEST(VendorProfileTest, PatternsAreTheShells) {
  EXPECT_TRUE(MatchesPattern("node/test_a*", "node/test_abs"));
  EXPECT_TRUE(MatchesPattern("*", "node/test_abs"));
  EXPECT_TRUE(MatchesPattern("node/test_ab?", "node/test_abs"));
  EXPECT_TRUE(MatchesPattern("node/test_ab[rs]", "node/test_abs"));
  EXPECT_FALSE(MatchesPattern("node/test_ab", "node/test_abs"));
  EXPECT_FALSE(MatchesPattern("", "node/test_abs"));
}

}  // namespace
}  // namespace onnxifi::conformance
