using Hortus.Local;

namespace Hortus.Cli.Tests;

public sealed class CommandGuardTests : IDisposable
{
    private readonly StringWriter errors = new();

    public void Dispose() => errors.Dispose();

    public static TheoryData<Exception> Faults => new(
        new LocalGardenException("why"), new UnauthorizedAccessException("why"), new IOException("why"), new FormatException("why"));

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_people_can_mend_is_one_line(Exception fault)
    {
        var code = await new CommandGuard(errors).RunAsync(() => Task.FromException(fault));

        (code, errors.ToString().Trim()).ShouldBe((1, "hortus: why"));
    }

    [Theory]
    [InlineData(true, 0, "")]
    [InlineData(false, 1, "hortus: interrupted")]
    public async Task An_interrupt_is_a_failure_unless_the_command_is_meant_to_end_so(bool isMeant, int expected, string line)
    {
        var guard = new CommandGuard(errors) { EndsByInterrupt = isMeant };

        var code = await guard.RunAsync(() => Task.FromException(new OperationCanceledException()));

        (code, errors.ToString().Trim()).ShouldBe((expected, line));
    }

    [Fact]
    public async Task A_command_that_says_itself_that_it_failed_says_it_by_its_code() =>
        (await new CommandGuard(errors).RunAsync(() => Task.FromResult(false))).ShouldBe(1);
}
