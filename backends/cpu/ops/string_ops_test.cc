#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "backends/cpu/testing/node_tester.h"

namespace onnxifi::cpu {
namespace {

using graph::Shape;
using testing::NodeTester;
using Texts = std::vector<std::string>;

TEST(StringConcatTest, Broadcasts) {
  NodeTester t("StringConcat", 20);
  t.Input<std::string>({2, 1}, {"a", "b"});
  t.Input<std::string>({3}, {"x", "", "zz"});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutDims(0), (Shape{2, 3}));
  EXPECT_EQ(t.Out<std::string>(0), (Texts{"ax", "a", "azz", "bx", "b", "bzz"}));
}

TEST(StringConcatTest, TakesScalarsAndNothing) {
  NodeTester scalar("StringConcat", 20);
  scalar.Input<std::string>({}, {"cat"}).Input<std::string>({1}, {"s"});
  ASSERT_TRUE(scalar.Run().ok());
  EXPECT_EQ(scalar.Out<std::string>(0), (Texts{"cats"}));

  NodeTester empty("StringConcat", 20);
  empty.Input<std::string>({0}, {}).Input<std::string>({1}, {"s"});
  ASSERT_TRUE(empty.Run().ok());
  EXPECT_EQ(empty.OutDims(0), (Shape{0}));
}

TEST(StringConcatTest, RefusesShapesThatDoNotFit) {
  NodeTester t("StringConcat", 20);
  t.Input<std::string>({2}, {"a", "b"}).Input<std::string>({3}, {"x", "y", ""});
  EXPECT_EQ(t.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
}

void ExpectSplit(NodeTester& t, const Shape& dims, const Texts& pieces,
                 const std::vector<int64_t>& counts) {
  t.Outputs(2);
  const Status status = t.Run();
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(t.OutDims(0), dims);
  EXPECT_EQ(t.Out<std::string>(0), pieces);
  EXPECT_EQ(t.Out<int64_t>(1), counts);
}

TEST(StringSplitTest, SplitsAtADelimiter) {
  NodeTester t("StringSplit", 20);
  t.Text("delimiter", "--").Input<std::string>({3}, {"a--b", "", "--c-"});
  ExpectSplit(t, {3, 2}, {"a", "b", "", "", "", "c-"}, {2, 1, 2});
}

TEST(StringSplitTest, RunsOfWhiteSpaceAreOneDelimiter) {
  NodeTester t("StringSplit", 20);
  t.Input<std::string>({2, 1}, {"  hello \t\n world\u3000! ", " "});
  ExpectSplit(t, {2, 1, 3}, {"hello", "world", "!", "", "", ""}, {3, 0});
}

TEST(StringSplitTest, MaxsplitLeavesARest) {
  NodeTester words("StringSplit", 20);
  words.Int("maxsplit", 1).Input<std::string>({2}, {" a b  c ", "d"});
  ExpectSplit(words, {2, 2}, {"a", "b  c", "d", ""}, {2, 1});

  NodeTester at("StringSplit", 20);
  at.Int("maxsplit", 2).Text("delimiter", ",");
  at.Input<std::string>({1}, {"a,,b,c"});
  ExpectSplit(at, {1, 3}, {"a", "", "b,c"}, {3});

  NodeTester none("StringSplit", 20);
  none.Int("maxsplit", 0).Input<std::string>({1}, {" a b "});
  ExpectSplit(none, {1, 1}, {"a b"}, {1});
}

TEST(StringSplitTest, TakesAnEmptyTensorAndOneOutput) {
  NodeTester empty("StringSplit", 20);
  empty.Input<std::string>({0}, {});
  ExpectSplit(empty, {0, 0}, {}, {});

  NodeTester one("StringSplit", 20);
  one.Input<std::string>({1}, {"a b"}).Outputs(1);
  ASSERT_TRUE(one.Run().ok());
  EXPECT_EQ(one.Out<std::string>(0), (Texts{"a", "b"}));
}

TEST(StringNormalizerTest, DropsStopWordsInAnyCase) {
  NodeTester t("StringNormalizer", 10);
  t.Texts("stopwords", {"monday", "\u00c4PFEL"});
  t.Input<std::string>({1, 4}, {"Monday", "tuesday", "\u00e4pfel", "MONDAY "});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutDims(0), (Shape{1, 2}));
  EXPECT_EQ(t.Out<std::string>(0), (Texts{"tuesday", "MONDAY "}));
}

TEST(StringNormalizerTest, CaseCountsWhenAsked) {
  NodeTester t("StringNormalizer", 10);
  t.Texts("stopwords", {"monday"}).Int("is_case_sensitive", 1);
  t.Text("case_change_action", "UPPER");
  t.Input<std::string>({3}, {"Monday", "monday", "\u00e9t\u00e9"});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Out<std::string>(0), (Texts{"MONDAY", "\u00c9T\u00c9"}));
}

TEST(StringNormalizerTest, LocaleDecidesTheLetterI) {
  NodeTester t("StringNormalizer", 10);
  t.Text("locale", "tr_TR").Text("case_change_action", "UPPER");
  t.Input<std::string>({1}, {"istanbul"});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Out<std::string>(0), (Texts{"\u0130STANBUL"}));
}

TEST(StringNormalizerTest, NothingLeftIsOneEmptyString) {
  for (const Shape& dims : {Shape{2}, Shape{1, 2}}) {
    NodeTester t("StringNormalizer", 10);
    t.Texts("stopwords", {"a"}).Input<std::string>(dims, {"a", "A"});
    ASSERT_TRUE(t.Run().ok());
    EXPECT_EQ(t.OutDims(0), (dims.size() == 1 ? Shape{1} : Shape{1, 1}));
    EXPECT_EQ(t.Out<std::string>(0), (Texts{""}));
  }
}

TEST(StringNormalizerTest, RefusesOtherShapesAndActions) {
  NodeTester matrix("StringNormalizer", 10);
  matrix.Input<std::string>({2, 1}, {"a", "b"});
  EXPECT_EQ(matrix.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);

  NodeTester action("StringNormalizer", 10);
  action.Text("case_change_action", "TITLE").Input<std::string>({1}, {"a"});
  EXPECT_EQ(action.Run().code(), ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE);
}

TEST(RegexFullMatchTest, MatchesTheWholeText) {
  NodeTester t("RegexFullMatch", 20);
  t.Text("pattern", R"(www\.[\w.-]+\.\bcom\b)");
  t.Input<std::string>({2, 2}, {"www.google.com", "www.facebook.com",
                                "www.bbc.co.uk", "xwww.google.com"});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutDims(0), (Shape{2, 2}));
  EXPECT_EQ(t.Out<bool>(0), (std::vector<bool>{true, true, false, false}));
}

TEST(RegexFullMatchTest, KnowsUnicodeAndEmptyTexts) {
  NodeTester t("RegexFullMatch", 20);
  t.Text("pattern", R"(\p{Greek}*)");
  t.Input<std::string>({3}, {"", "\u03b1\u03b2", "ab"});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Out<bool>(0), (std::vector<bool>{true, true, false}));
}

TEST(RegexFullMatchTest, RefusesAPatternThatIsNone) {
  NodeTester t("RegexFullMatch", 20);
  t.Text("pattern", "(a").Input<std::string>({1}, {"a"});
  const Status status = t.Run();
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE);
  EXPECT_NE(status.message().find("missing )"), std::string::npos)
      << status.message();
}

NodeTester Bigrams(const std::string& mode) {
  NodeTester t("TfIdfVectorizer", 9);
  t.Text("mode", mode).Int("min_gram_length", 1).Int("max_gram_length", 2);
  t.Int("max_skip_count", 0).Ints("ngram_counts", {0, 2});
  t.Ints("ngram_indexes", {2, 0, 1}).Floats("weights", {10, 20, 30});
  return t;
}

TEST(TfIdfVectorizerTest, CountsPresenceAndWeights) {
  const std::vector<std::pair<std::string, std::vector<float>>> cases = {
      {"TF", {1, 1, 2}}, {"IDF", {20, 30, 10}}, {"TFIDF", {20, 30, 20}}};
  for (const auto& [mode, expected] : cases) {
    NodeTester t = Bigrams(mode);
    t.Ints("pool_int64s", {2, 3, 2, 3}).Input<int64_t>({3}, {2, 3, 2});
    ASSERT_TRUE(t.Run().ok());
    EXPECT_EQ(t.OutDims(0), (Shape{3}));
    EXPECT_EQ(t.Out<float>(0), expected) << mode;
  }
}

TEST(TfIdfVectorizerTest, TakesStringsAndRows) {
  NodeTester t = Bigrams("TF");
  t.Texts("pool_strings", {"a", "b", "a", "b"});
  t.Input<std::string>({2, 3}, {"a", "b", "a", "c", "b", "b"});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutDims(0), (Shape{2, 3}));
  EXPECT_EQ(t.Out<float>(0), (std::vector<float>{1, 1, 2, 2, 0, 0}));
}

TEST(TfIdfVectorizerTest, SkipsReachFurther) {
  NodeTester t("TfIdfVectorizer", 9);
  t.Text("mode", "TF").Int("min_gram_length", 2).Int("max_gram_length", 2);
  t.Int("max_skip_count", int64_t{1} << 60).Ints("ngram_counts", {0, 0});
  t.Ints("ngram_indexes", {0, 1}).Ints("pool_int64s", {1, 2, 1, 3});
  t.Input<int32_t>({4}, {1, 2, 3, 3});
  ASSERT_TRUE(t.Run().ok());
  // 1 2 once; 1 . 3 and 1 . . 3.
  EXPECT_EQ(t.Out<float>(0), (std::vector<float>{1, 2}));
}

TEST(TfIdfVectorizerTest, RefusesListsThatDoNotFit) {
  const auto code = [](std::vector<int64_t> counts,
                       std::vector<int64_t> indexes) {
    NodeTester t("TfIdfVectorizer", 9);
    t.Text("mode", "TF").Int("min_gram_length", 1).Int("max_gram_length", 2);
    t.Int("max_skip_count", 0).Ints("ngram_counts", std::move(counts));
    t.Ints("ngram_indexes", std::move(indexes));
    t.Ints("pool_int64s", {1, 2, 3, 4}).Input<int64_t>({1}, {1});
    return t.Run().code();
  };
  EXPECT_EQ(code({0, 2}, {0, 1, 2}), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(code({0, 3}, {0, 1, 2, 3}), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code({0, 9}, {0, 1, 2}), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code({-1, 2}, {0, 1, 2}), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code({2, 0}, {0, 1, 2}), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code({0, 2}, {0, 1}), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code({0, 2}, {0, -1, 2}), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code({0, 2}, {}), ONNXIFI_STATUS_INVALID_MODEL);
}

}  // namespace
}  // namespace onnxifi::cpu
