/* number_shim.cc — see number_shim.h: std::from_chars and std::to_chars, which throw nothing. */
#include "base/number_shim.h"

#include <charconv>
#include <cmath>

namespace {

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Beyond the range of doubles, is a decimal too large, or too small? Where its first digit that is not 0 stands tells. */
bool is_large(const char *first, const char *end)
{
    long place = 0, written = 0;
    bool after_point = false, found = false;
    for (; first < end && (is_digit(*first) || *first == '.'); first++) {
        if (*first == '.')
            after_point = true;
        else if (found || *first != '0') {
            place += !after_point;
            found = true;
        } else
            place -= after_point;
    }
    if (first < end && std::from_chars(first + 1 + (first[1] == '+'), end, written).ec != std::errc())
        return first[1] != '-';
    return place + written > 0;
}

/* Digits and exponent of a text like 1.25e-07; zeros at the end are left out. How many digits there are. */
int read_digits(char *digits, int *exponent, const char *p, const char *end)
{
    int n = 0;
    for (; p < end && *p != 'e'; p++)
        if (*p != '.' && n < EQ_DECIMAL_DIGITS)
            digits[n++] = *p;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    *exponent = 0;
    if (p < end)
        std::from_chars(p + 1 + (p[1] == '+'), end, *exponent);
    return n;
}

} // namespace

extern "C" double eq_decimal_read(const char *first, const char *end)
{
    double value = 0;
    if (std::from_chars(first, end, value).ec != std::errc())
        value = is_large(first, end) ? HUGE_VAL : 0;
    return value;
}

extern "C" int eq_decimal_digits(char digits[EQ_DECIMAL_DIGITS], int *exponent, double d)
{
    char text[EQ_DECIMAL_DIGITS + 16], *const end = text + sizeof text;
    int n = read_digits(digits, exponent, text, std::to_chars(text, end, d, std::chars_format::scientific).ptr);
    if (n == 1)
        n = read_digits(digits, exponent, text, std::to_chars(text, end, d, std::chars_format::scientific, 1).ptr);
    return n;
}
