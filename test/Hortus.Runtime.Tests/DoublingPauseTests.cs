namespace Hortus.Runtime.Tests;

public sealed class DoublingPauseTests
{
    private static readonly DoublingPause Pause = new(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(5));

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(8, 256)]
    [InlineData(9, 300)]
    [InlineData(41, 300)]
    [InlineData(int.MaxValue, 300)]
    public void It_doubles_up_to_the_longest_however_often_something_failed(int failures, int seconds) =>
        Pause.After(failures).ShouldBe(TimeSpan.FromSeconds(seconds));
}
