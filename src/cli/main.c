#include <telltale/base.h>

#include <stdio.h>

int main(void)
{
    printf("telltale %s\n", TELLTALE_VERSION);
    return 0;
}
