namespace Hortus.Development.Swaps;

/// <summary>Gives a component another image in the way that a user of the garden would: through the object that says which image it
/// runs. Whoever keeps that object up rolls it out.</summary>
public interface IComponentSwap
{
    /// <summary>The component.</summary>
    string Component { get; }

    /// <summary>The object that says which image it runs, for people.</summary>
    string Place { get; }

    /// <summary>Tag of the image that is asked for now; null when the garden does not have the component.</summary>
    Task<string?> TagAsync(CancellationToken cancellationToken);

    /// <summary>Asks for another one.</summary>
    /// <param name="tag">Its tag.</param>
    /// <param name="isLost">Whether what runs now does not work, so that it cannot help itself.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task AskForAsync(string tag, bool isLost, CancellationToken cancellationToken);

    /// <summary>Says why what was asked for is refused, once that is known; runs until cancelled while nobody refuses it.</summary>
    /// <returns>The reason.</returns>
    async Task<string> RefusalAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        return "";
    }
}
