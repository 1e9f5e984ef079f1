// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/scores.h>

#include <math.h>

/* Relative: CHECK_CLOSE would be absolute for these small numbers. */
static bool agrees(double actual, double expected)
{
    return fabs(actual - expected) <= 1e-12 * fabs(expected);
}

/* Reference values in this file: mpmath 1.2 with 40 digits, betainc(v/2, 1/2, 0, v/(v+t^2)) / 2, above
 * 1,000 degrees of freedom quad() of the density; erfc(z / sqrt(2)) / 2. */
static void the_normal_tail_is_right_to_twelve_digits(void)
{
    static const double reference[][2] = {
        {0,   0.5                     },
        {0.5, 0.308537538725986896    },
        {1.7, 0.0445654627585430395   },
        {5,   2.86651571879193912e-7  },
        {12,  1.776482112077679e-33   },
        {37,  5.72557122252457682e-300},
    };

    for (size_t i = 0; i < sizeof reference / sizeof *reference; i++) {
        CHECK(agrees(normal_tail(reference[i][0]), reference[i][1]));
        CHECK(agrees(normal_tail(-reference[i][0]), 1.0 - reference[i][1]));
    }
}

static const double student_reference[][3] = {
  /* t, degrees of freedom, tail */
    {0.001, 0.5,     0.499730323834243819    },
    {0.5,   0.5,     0.378659036464718316    },
    {1.2,   0.5,     0.279628963065682285    },
    {1.7,   0.5,     0.240067564957884806    },
    {1.75,  0.5,     0.236917608240774152    },
    {2.5,   0.5,     0.200485264526646592    },
    {6,     0.5,     0.130654688734999424    },
    {40,    0.5,     0.0507048999647471781   },
    {0.001, 1,       0.499681690219919441    },
    {0.5,   1,       0.352416382349566726    },
    {1.2,   1,       0.221142061623695522    },
    {1.7,   1,       0.169253027330332664    },
    {1.75,  1,       0.16524934053856791     },
    {2.5,   1,       0.121118941590843399    },
    {6,     1,       0.05256845671125343     },
    {40,    1,       0.00795608991202581332  },
    {0.001, 2.5,     0.499638191360392443    },
    {0.5,   2.5,     0.328848959934857345    },
    {1.2,   2.5,     0.165719418832938775    },
    {1.7,   2.5,     0.102806108579941923    },
    {1.75,  2.5,     0.0982179059417993862   },
    {2.5,   2.5,     0.0522849815390776936   },
    {6,     2.5,     0.00764086494276145032  },
    {40,    2.5,     0.0000709781714524669146},
    {0.001, 7,       0.499615008622499422    },
    {0.5,   7,       0.316203567844642108    },
    {1.2,   7,       0.134585968413603223    },
    {1.7,   7,       0.0664644483912776276   },
    {1.75,  7,       0.0617965142611440207   },
    {2.5,   7,       0.0204961092928764484   },
    {6,     7,       0.000271129171001405054 },
    {40,    7,       7.95108999242518523e-10 },
    {0.001, 30,      0.499604367883242545    },
    {0.5,   30,      0.310361502442563643    },
    {1.2,   30,      0.119765175444831198    },
    {1.7,   30,      0.0497389377942584384   },
    {1.75,  30,      0.0451708639766055565   },
    {2.5,   30,      0.00905782453403334705  },
    {6,     30,      6.97138438360237135e-7  },
    {40,    30,      6.86302259720320139e-28 },
    {0.001, 250,     0.499601456528101149    },
    {0.5,   250,     0.308757442959620285    },
    {1.2,   250,     0.115637634783388387    },
    {1.7,   250,     0.0451873106605180292   },
    {1.75,  250,     0.0406725835398048708   },
    {2.5,   250,     0.00653044141253306307  },
    {6,     250,     3.44382485367653412e-9  },
    {40,    250,     6.00893916329414624e-111},
    {0.001, 10000,   0.499601067759526249    },
    {0.5,   10000,   0.308543039661616707    },
    {1.2,   10000,   0.11508388425844956     },
    {1.7,   10000,   0.0445810113638525201   },
    {1.75,  10000,   0.0400744913437130777   },
    {2.5,   10000,   0.00621760977529184843  },
    {6,     10000,   1.02080923646130766e-9  },
    {0.001, 1000000, 0.499601057885824545    },
    {0.5,   1000000, 0.308537593736185694    },
    {1.2,   1000000, 0.115069812365862268    },
    {1.7,   1000000, 0.0445656182451743803   },
    {1.75,  1000000, 0.0400593102082739395   },
    {2.5,   1000000, 0.0062097447510816231   },
    {6,     1000000, 9.86924906177217335e-10 },
};

static void the_student_tail_is_right_to_twelve_digits(void)
{
    for (size_t i = 0; i < sizeof student_reference / sizeof *student_reference; i++) {
        const double *row = student_reference[i];

        if (!CHECK(agrees(student_tail(row[0], row[1]), row[2])))
            CHECK_CLOSE(student_tail(row[0], row[1]) / row[2], 1.0, 1e-12);
        CHECK(agrees(student_tail(-row[0], row[1]), 1.0 - row[2]));
    }
}

/* One degree: 1/2 - atan(t) / pi, far out 1 / (pi t). Two: (1 - t / sqrt(2 + t^2)) / 2. */
static void the_student_tail_agrees_with_closed_forms_as_far_as_doubles_reach(void)
{
    for (double t = 1e-3; t < 1e300; t *= 3.7) {
        CHECK(agrees(student_tail(t, 1.0), atan(1.0 / t) / M_PI));
        if (t < 1e150) {
            const double root = sqrt(2.0 + t * t);

            CHECK(agrees(student_tail(t, 2.0), 1.0 / (root * (root + t))));
        }
    }
}

static void the_deviate_is_the_inverse_of_the_tail(void)
{
    for (double z = -6.0; z < 37.0; z += 0.173)
        CHECK_CLOSE(normal_deviate(normal_tail(z)), z, z < 0.0 ? 1e-8 : 1e-13);
    CHECK(fabs(normal_deviate(0.5)) < 1e-15);
    CHECK(normal_deviate(0.0) == NORMAL_DEVIATE_MAX);
    CHECK(normal_deviate(1.0) == -NORMAL_DEVIATE_MAX);
    CHECK(isnan(normal_deviate(NAN)));
}

static void many_degrees_of_freedom_are_normal(void)
{
    for (double t = 0.0; t < 8.0; t += 0.37) {
        CHECK_CLOSE(student_tail(t, 1e14) / normal_tail(t), 1.0, 1e-10);
        CHECK(student_tail(t, INFINITY) == normal_tail(t));
    }
}

static void the_student_tail_falls_without_steps(void)
{
    for (double freedom = 0.3; freedom < 1e9; freedom *= 2.9) {
        double last = 0.5;

        for (double t = 0.01; t < 20.0; t += 0.01) {
            const double tail = student_tail(t, freedom);

            CHECK(tail < last || (tail == 0.0 && last < 1e-80));
            last = tail;
        }
    }
}

static void no_number_gives_no_tail(void)
{
    CHECK(isnan(student_tail(NAN, 5.0)));
    CHECK(isnan(student_tail(1.0, 0.0)));
    CHECK(isnan(student_tail(1.0, NAN)));
    CHECK(student_tail(INFINITY, 3.0) == 0.0);
    CHECK(student_tail(-INFINITY, 3.0) == 1.0);
    CHECK(student_tail(0.0, 3.0) == 0.5);
}

CHECK_MAIN({"the normal tail is right to twelve digits", the_normal_tail_is_right_to_twelve_digits},
           {"the Student tail is right to twelve digits",
            the_student_tail_is_right_to_twelve_digits},
           {"the Student tail agrees with closed forms as far as doubles reach",
            the_student_tail_agrees_with_closed_forms_as_far_as_doubles_reach},
           {"the deviate is the inverse of the tail", the_deviate_is_the_inverse_of_the_tail},
           {"many degrees of freedom are normal", many_degrees_of_freedom_are_normal},
           {"the Student tail falls without steps", the_student_tail_falls_without_steps},
           {"no number gives no tail", no_number_gives_no_tail})
