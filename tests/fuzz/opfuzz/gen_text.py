"""Strings."""

from opfuzz import bounds, values
from opfuzz.case import generates


def _texts(b, shape, words=values.WORDS):
    b.tensor(b.random.texts(words, shape))


@generates("StringConcat")
def string_concat(b):
    for shape in b.random.broadcast_pair(b.random.shape()):
        _texts(b, shape)


@generates("StringSplit")
def string_split(b):
    _texts(b, b.random.shape(1, 3))
    b.maybe(delimiter=b.random.choose((",", " ", "", "a", "ab")))
    b.maybe(0.4, maxsplit=b.random.integer(1, 3))


@generates("StringNormalizer")
def string_normalizer(b):
    count = b.random.integer(1, 6)
    # Upper case of some letters is a matter of the locale's tables.
    # The reference drops empty strings like stop words.
    words = [w for w in values.WORDS if w.isascii() and w]
    _texts(b, (count,) if b.random.chance(0.5) else (1, count), words)
    b.maybe(case_change_action=b.random.choose(("LOWER", "UPPER", "NONE")))
    b.flag("is_case_sensitive")
    if b.random.chance(0.6):
        b.set(stopwords=b.random.sample(words, b.random.integer(1, 4)))


PATTERNS = ("a", "[a-z]*", "[A-Z]?b?", ".*", "", r"\d+", r"-?\d+(\.\d+)?",
            "(a|b)+", r"\w+", "[^a]*", "word|Word", r".+\s.+", "a{2,3}",
            "caf.", r"\pL+")


@generates("RegexFullMatch")
def regex_full_match(b):
    _texts(b, b.random.shape(0, 3))
    # The reference matches with Python's expressions, which are others.
    patterns = [p for p in PATTERNS if r"\p" not in p and p != r"\w+"]
    b.set(pattern=b.random.choose(patterns))


@generates("TfIdfVectorizer")
def tf_idf(b):
    random = b.random
    kind = b.type("T")
    count = random.integer(2, 8)
    shape = (count,) if random.chance(0.5) else (random.integer(1, 3), count)
    text = kind.kind in "OU"
    tokens = ["a", "b", "c", "dd"] if text else [1, 2, 3, 4]
    b.tensor(random.texts(tokens, shape) if text
             else random.tensor(kind, shape, low=1, high=5))
    pairs = [(x, y) for x in tokens for y in tokens]
    singles = random.sample(tokens, random.integer(1, 4))
    doubles = random.sample(pairs, random.integer(1, 4))
    pool = singles + [t for pair in doubles for t in pair]
    grams = len(singles) + len(doubles)
    b.set(**{"pool_strings" if text else "pool_int64s": pool})
    b.set(ngram_counts=[0, len(singles)], mode=random.choose(
        ("TF", "IDF", "TFIDF")), max_skip_count=random.integer(0, 2),
        min_gram_length=random.integer(1, 2), max_gram_length=2,
        ngram_indexes=list(range(grams)))
    if random.chance(0.3):
        b.set(ngram_indexes=random.sample(range(grams), grams))
    b.tag(b.attributes["ngram_indexes"] != list(range(grams)), "permuted")
    if random.chance(0.9):  # the reference needs them
        b.set(weights=[random.real(0.1, 2) for _ in range(grams)])
    b.bound = bounds.real(count)
