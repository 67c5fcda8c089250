namespace Hortus.Local;

/// <summary>Shows what is being done. Steps may run side by side.</summary>
public interface IBringUpProgress
{
    /// <summary>Runs one step and shows it, with its time, until it has ended.</summary>
    Task StepAsync(string title, Func<IStepDetail, Task> step);
}

/// <summary>Shows details of a running step.</summary>
public interface IStepDetail
{
    /// <summary>Replaces the detail, for example what is being waited for.</summary>
    void Report(string detail);
}
